"""Erase the outcomes of a profile's rows: the batches keep their numbers, and name the profile no more."""

from sqlalchemy import Engine

from pipeline.operate.erasure.found import Found
from pipeline.settle.outcomes import count_outcomes, erase_outcomes


def erase(engine: Engine, profile: str, found: Found, *, only_count: bool) -> None:
    """Take a profile out of the outcomes of all batches."""
    counted = count_outcomes(engine, profile) if only_count else erase_outcomes(engine, profile)
    for destination, amount in counted.items():
        found.add("outcomes", amount, destination)
