"""A Responsys that runs on your machine: strict, fast, in memory, and able to misbehave on request.

How a request travels::

    wire.py      a socket that can be closed without an answer
    app.py       ASGI: read the body, hand it on, write the answer, well or badly
    routes.py    which function a path is; functions.py names them and their limits
    gateway.py   who calls (auth.py), may they now (limits.py), what goes wrong (faults.py)
    bodies.py    JSON, read strictly
    events.py, lists.py, list_members.py, extension*.py, campaigns.py, emails.py, table*.py
                 the functions themselves, on an account.py with its members.py
    asynchronous.py    the same functions later, as jobs.py keeps them
    ledger.py, outbox.py    what was done, counted, and done wrongly; what was sent
    control.py   /_control: load members, set limits, order faults, read the ledger and contents.py

docs/emulator.md tells how to use it. Where Oracle's pages are silent or disagree, behaviour.py has a switch.
"""
