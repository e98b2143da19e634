"""The command line, the clock, and the first text."""
