"""Alerts: rules are looked at by one process at a time, and channels are told of each change once.

::

    ok ──holds──► pending ──holds for `after`──► open ──does not hold──► clearing ──for `clear_after`──► ok
                     └───does not hold──► ok       ▲  └──holds for `remind`: reminder    │
                                                   └──────────────holds─────────────────┘

A change and its messages are one SQL transaction; a message is sent after it, by any process.
"""
