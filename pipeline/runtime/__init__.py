"""Runtime: one process of ours, put together.

The parts of a worker, its timer with the regular duties, the processes that ``activation up`` starts.
Redis, drawn in ``duties.py`` and ``timed_rings.py``: ``turn:{duty}``.
"""
