"""Erase a profile's rows from notes that streams and rules have not taken over yet."""

from sqlalchemy import Engine

from pipeline.operate.erasure.found import Found
from pipeline.settle.witness_notes import count_in_notes, erase_from_notes


def erase(engine: Engine, profile: str, found: Found, *, only_count: bool) -> None:
    """Take a profile out of all notes."""
    counted = count_in_notes(engine, profile) if only_count else erase_from_notes(engine, profile)
    for destination, amount in counted.items():
        found.add("notes", amount, destination)
