"""Lay a newer activation over one that waits: the newest value of every field, in one row."""

from msgspec.structs import replace

from pipeline.model.activation import Activation


def overlay(waiting: Activation, newer: Activation) -> Activation:
    """Return what is to be sent for both.

    ``newer`` came later; when it happened earlier, it changes nothing. Fields that it does not carry keep
    their values, since the waiting row has not been sent.
    """
    if waiting.occurred_at and newer.occurred_at and newer.occurred_at < waiting.occurred_at:
        return waiting
    return replace(
        newer,
        identifiers={**waiting.identifiers, **newer.identifiers},
        variables={**waiting.variables, **newer.variables},
        bulk=waiting.bulk and newer.bulk,
    )
