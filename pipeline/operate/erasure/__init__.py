"""Erase a person: everything that both stores hold of one profile."""
