"""A Responsys that runs on your machine: strict, fast, in memory, and able to misbehave on request.

How a request travels::

    wire.py      a socket that can be closed without an answer
    app.py       ASGI: read the body, hand it on, write the answer, well or badly
    routes.py    which function a path is; functions.py names them and their limits
    gateway.py   who calls (auth.py), may they now (limits.py), what goes wrong (faults.py)
    events.py, lists.py    the functions themselves, on an account.py and its members.py
    ledger.py    what was done, counted, and done wrongly
    control.py   /_control: load members, set limits, order faults, read the ledger

docs/emulator.md tells how to use it. Where Oracle's pages are silent or disagree, behaviour.py has a switch.
"""
