"""The control API, by which a test prepares the emulator and reads what it received."""
