"""Planned steps: the calls that rows of a destination take, by a made-up row that fills all columns."""

import math
from collections import Counter
from collections.abc import Iterator

from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.records.catalog import Catalog

VALUES = ("1", "2026-01-02")  # a column of any type takes one of them
IDENTIFIERS = {
    "email": "somebody@example.com",
    "hashed_email": "0" * 64,
    "riid": "1",
    "crm_id": "1",
}
RECORD_ID = {"salesforce_id": "003000000000001AAA"}
COLUMNS = ("columns", "fields")  # options that name variables on their left side


def calls_of(action: Action, rows: int, *, by_id: bool) -> dict[str, int]:
    """Count the calls of rows that enter, by function; ``by_id``: their records are known by id."""
    samples = [sample_row(action.destination, value, by_id=by_id) for value in VALUES]
    sample = max(samples, key=lambda one: len(action.steps([one])))
    per_call = action.most_rows([sample]) or action.destination.max_rows
    batches = math.ceil(rows / min(per_call, action.destination.max_rows))
    steps = Counter(one.function for one in needed_steps(action, sample, by_id=by_id))
    return {function: amount * batches for function, amount in steps.items()}


def needed_steps(action: Action, sample: Activation, *, by_id: bool) -> Iterator[Step]:
    """Yield the steps of each batch; all set-ups count as made, and an id needs no second look."""
    for step in action.steps([sample]):
        if step.sets_up is None and (step.needed is None or (not by_id and step.needed([sample]))):
            yield step


def sample_row(destination: Destination, value: str, *, by_id: bool) -> Activation:
    """Return a row with all identifiers, and ``value`` for each variable that the destination names."""
    names = {name for option in COLUMNS for name in destination.options.get(option) or ()}
    return Activation(
        audience=destination.audience,
        profile_id="p-1",
        call_type="ADD",
        identifiers=IDENTIFIERS | RECORD_ID if by_id else IDENTIFIERS,
        variables=dict.fromkeys(names - IDENTIFIERS.keys() - RECORD_ID.keys(), value),
    )


def finds_by_id(catalog: Catalog, destination: Destination) -> bool:
    """Tell whether an outside system feeds the audience, so that rows come with the ids of their records."""
    return destination.audience in catalog.witnessed_audiences or any(
        source.audience == destination.audience and hasattr(source, "connector")
        for source in catalog.sources.values()
    )
