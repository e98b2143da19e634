"""The SSH server: keys, the served folder, and faults."""
