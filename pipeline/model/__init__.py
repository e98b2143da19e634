"""Values that the program speaks of; no I/O."""
