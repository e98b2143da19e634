"""Settle: the verdict of every row is written down, then the row leaves Redis.

Verbs: settle, replay. Ledger, dead letters and statistics are written in one transaction.
SQL: ``batches``, ``dead_letters``, ``statistics``, ``folds``. Redis: ``counters``, in ``statistics.py``.
"""
