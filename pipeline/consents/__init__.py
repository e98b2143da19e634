"""Consents: the wishes of people for a channel, as an append-only account, and what they bar."""
