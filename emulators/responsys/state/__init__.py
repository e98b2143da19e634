"""State of one emulator: accounts, tokens, faults, waiting requests, and the record of all calls."""
