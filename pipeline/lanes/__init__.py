"""Lanes: rows wait for their call, and for its permit."""
