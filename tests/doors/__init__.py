"""Doors through which values come in: each is given every nasty value."""
