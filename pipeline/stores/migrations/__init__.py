"""Every change of the tables, in order; ``database.migrate`` applies the missing ones.

Change ``*_tables.py``, add a file to ``versions`` that does the same to a table that exists, and let
``tests/stores/test_database.py`` say whether both agree.
"""
