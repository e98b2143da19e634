"""The whole pipeline at work on a sample audience, as real processes against the Responsys emulator."""
