"""Streams: records of outside systems, read on from where the last reading stopped.

One transaction takes a page from its records to the activations that follow, and moves the mark::

    page ─► people ─► differs from ``records``? ─► rules, variables that changed ─► ``outgoing`` ─► intake

The activations in ``outgoing`` are appended after that transaction, in numbered chunks, so that a repeat is
recognised.
SQL: ``streams``, ``records``, ``outgoing``, in the events store.
"""
