"""Runtime: one process of ours, put together.

The parts of a worker, its timer with the regular duties, the processes that ``activation up`` starts.
Redis, drawn in ``heartbeat.py``: ``turn:{duty}``.
"""
