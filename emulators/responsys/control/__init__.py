"""The control API under ``/_control``: a test prepares the emulator, and reads the calls it received."""
