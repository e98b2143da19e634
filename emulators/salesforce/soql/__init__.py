"""SOQL, as much of it as a client of this kind needs: read, checked against the org, and answered."""
