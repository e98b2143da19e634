"""The web process: HTTP for programs, and the pages that people need around it. An edge; nothing imports it.

Keys are in the table ``api_keys`` (``operate/keys.py``); this room owns no table and no Redis key.
"""
