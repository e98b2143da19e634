"""Profiles: fields kept per person, folded from events and combined when they are read."""
