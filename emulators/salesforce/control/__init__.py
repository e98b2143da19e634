"""The control API, by which a test prepares the emulator and reads the ledger of calls."""
