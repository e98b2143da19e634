"""Snapshots: all members of an audience at one moment, of which only the difference is sent.

Verb: sync. A file or a query is staged, compared with the last snapshot, and the difference is produced.
SQL: ``snapshots``, ``snapshot_parts``, ``staged``, ``members``.
"""
