"""Rehearsal: the calls that sending the difference of one destination would make."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine

from pipeline.deliver.expected import Expected, expect
from pipeline.model.activation import Activation
from pipeline.records.catalog import Catalog
from pipeline.snapshots import difference
from pipeline.snapshots.outbox import activation_of
from pipeline.snapshots.parts import Part
from pipeline.stores.database import reading

PAGE_PROFILES = 2_000


def rehearse(engine: Engine, catalog: Catalog, part: Part) -> Expected:
    """Return the expected calls of a part that has been compared."""
    expected = expect(catalog, catalog.destinations[part.destination])
    for activation in activations(engine, part):
        expected.add(activation)
    expected.finish()
    return expected


def activations(engine: Engine, part: Part) -> Iterator[Activation]:
    """Yield the activations that would be sent, in their order."""
    for call_type, row in changes(engine, part):
        activation = activation_of(part, call_type, row, None)
        if activation is not None:
            yield activation


def changes(engine: Engine, part: Part) -> Iterator[tuple[str, Any]]:
    """Yield the rows that leave, then those that arrive, page by page."""
    for find in (difference.leaving, difference.arriving):
        at: Part | None = part
        while at:
            with reading(engine) as connection:
                rows = find(connection, at, PAGE_PROFILES)
            for row in rows:
                yield ("REMOVE" if find is difference.leaving else "ADD" if row.enters else "UPDATE"), row
            at = replace(part, position=rows[-1].profile_id) if rows else None
