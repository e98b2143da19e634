"""Streams: records of outside systems, read on from where the last reading stopped.

A page goes in one transaction from what was read to what shall be sent, and moves the mark::

    page ─► people ─► differs from ``records``? ─► rules, variables that changed ─► ``outgoing`` ─► intake

What ``outgoing`` holds is appended after that transaction, in chunks whose numbers make a repeat harmless.
SQL: ``streams``, ``records``, ``outgoing``, in the events store.
"""
