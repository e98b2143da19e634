"""Measurements anyone can repeat: ``python -m bench``, or only some of its sections by name."""
