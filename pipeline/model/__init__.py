"""Model: the values that the program speaks of.

Frozen, without I/O: activation, connector, destination, action and its steps, call, rejection.
"""
