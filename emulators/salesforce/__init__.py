"""A Salesforce that runs on your machine: strict, in memory, and able to misbehave on request.

The way of a request::

    server/    app.py: ASGI; gateway.py: version, login, limits and faults before the function, and its
               refusals; routes.py: the function of a path
    calls/     the functions: logins, queries, single records, collections, composite, descriptions
    state/     emulator.py has all of it: org, logins, use of the day's calls, locators, faults, ledger
    soql/      queries, read and answered
    org/       objects, fields and records; saving.py is the way of every write, rules.py and effects.py
               have the further effects that Salesforce gives it
    messages/  errors, moments and bodies
    control/   /_control: load and edit records, order faults, read the ledger

A room imports only from the rooms below it: server, control, calls, state, soql, org, messages. Sockets, the
process and the choice of faults are in emulators/serving/, for all emulators.
docs/salesforce-emulator.md tells how to use the emulator.
"""
