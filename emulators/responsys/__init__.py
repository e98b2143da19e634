"""A Responsys that runs on your machine: strict, fast, in memory, and able to misbehave on request.

The way of a request::

    server/    app.py: ASGI; routes.py: the function of a path; gateway.py: token, limits and faults before
               the function, and its refusals
    calls/     the functions: login, events, lists, extension and supplemental tables, campaigns, e-mails;
               submission.py and polling.py for their asynchronous form
    state/     emulator.py has all of it: accounts, tokens, faults, waiting jobs, ledger and outbox;
               functions.py names the functions and their limits; call.py is one call on its way through
    account/   one account: lists with members and extension tables, supplemental tables, limits
    messages/  HTTP messages, JSON bodies read strictly, errors, and behaviour.py: a switch for each question
               that Oracle's pages leave open
    control/   /_control: load members, set limits, order faults, read the ledger, lists and tables

A room imports only from the rooms below it: server, control, calls, state, account, messages. Sockets, the
process and the choice of faults are in emulators/serving/, for all emulators.
docs/emulator.md tells how to use the emulator.
"""
