"""The wire: HTTP to accounts of any kind, which tells whether a request was sent, and ends in time.

transport.py sends one request and gives its whole answer; connections.py, deadlines.py and public_hosts.py
hold it to its rules; tokens.py shares one login per account.

Redis keys: ``login:{owner}``, ``login:{owner}:lock``, ``login:{owner}:refused``.
"""
