"""Files of events that Responsys wrote: their names, their records, the ledger.

A file is fetched and decrypted into the spool, landed from there (``landing.py``), and then folded into
profiles (``pipeline/profiles``).
"""
