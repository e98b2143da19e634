"""Snapshots: all members of an audience at one moment, of which only the difference is sent."""
