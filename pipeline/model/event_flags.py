"""Flags of a stored event, of which the sum is stored: settings of its import and of its own row."""

FAILED = 1  # a receipt that says the message did not arrive
UNLINKED = 2  # its address is not the person's
CHANNEL = 4  # its channel is one that the import names
DIFFERING = 8  # it came again with another value
