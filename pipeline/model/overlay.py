"""Overlay: a newer activation laid over one that waits, with the newest value of every field."""

from msgspec.structs import replace

from pipeline.model.activation import Activation


def overlay(waiting: Activation, newer: Activation) -> Activation:
    """Return the activation to send for both.

    ``newer`` came later; if it occurred earlier, it changes nothing. Fields that it does not carry keep
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
