"""Oracle Responsys over its REST API, version 1.3: client, login, actions, pre-flight.

An action turns rows into calls and answers into verdicts, without I/O; ``errors.py`` has all error codes.
HTTP and the sharing of logins are in the room wire/.
"""
