"""Demo: the whole pipeline at work on a sample audience, as real processes against the Responsys emulator.

An edge: nothing imports it. Everything it starts and stores is in a folder of its own.
"""
