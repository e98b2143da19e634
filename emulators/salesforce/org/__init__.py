"""One org: its objects, fields and records, and the rules that every write obeys."""
