"""Decryption of OpenPGP messages, in a child process: its library blocks all threads for the whole file."""
