"""The operations console: pages made on the server, one blueprint a page.

Every page works without JavaScript. A page shows the same documents that the API answers and that commands
print with ``--json``.
"""
