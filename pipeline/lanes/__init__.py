"""Lanes: rows wait until they are claimed together with the permit for their call.

Verb: claim. Limits decide when a batch may go; dispatch claims it and rings deliver.
Redis: ``lane:``, ``rows:``, ``ready:``, ``batch:`` and more, drawn in ``lanes.py``; limits, in ``limits.py``.
"""
