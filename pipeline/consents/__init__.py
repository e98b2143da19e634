"""Consents: the wishes of people for a channel, as an append-only account, and the rows that they bar."""
