"""Activations of records: the variables that changed, and those that a pair decided about instead."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from pipeline.model.activation import Activation
from pipeline.model.source_record import SourceRecord
from pipeline.streams.pairing import Paired
from pipeline.streams.record_bodies import changed_values, sent_values


def activations_of(
    audience: str | None,
    rows: Sequence[SourceRecord],
    paired: Paired,
    identify: Callable[[SourceRecord], Mapping[str, str]],
    *,
    is_again: bool = False,
) -> Iterator[Activation]:
    """Yield an activation for each record with its variables that changed; none without an audience.

    ``identify`` returns the identifiers that a record tells of its person.
    """
    if audience is None:
        return
    for row in rows:
        activation = activation_of(audience, row, identify(row), is_again=is_again)
        if activation is not None and row.person in paired.left_out and not row.people:
            activation = without_shared(activation, row.person, paired)
        if activation is not None:
            yield activation


def without_shared(activation: Activation, person: int, paired: Paired) -> Activation | None:
    """Return an activation without the variables that a pair decides about; None: nothing is left."""
    left_out = paired.left_out[person]
    kept = {name: value for name, value in activation.variables.items() if name not in left_out}
    if not kept and activation.call_type != "ADD":
        return None
    return replace(activation, variables=kept, id=paired.ids.get(person))


def activation_of(
    audience: str, record: SourceRecord, identifiers: Mapping[str, str], *, is_again: bool = False
) -> Activation | None:
    """Return the activation of a record's variables that changed; None if none did."""
    is_new = not sent_values(record)
    values = dict(record.values) if is_again else changed_values(record)
    if not values and not (is_new or is_again):
        return None
    return Activation(
        audience=audience,
        profile_id=f"person:{record.person}",
        call_type="ADD" if is_new or is_again else "UPDATE",
        identifiers=dict(identifiers),
        variables=values,
    )


def identifiers_of(record: SourceRecord) -> dict[str, str]:
    """Return the identifiers that a record names of its person."""
    named = record.people[0] if record.people else record.id if record.in_org else ""
    found = {"salesforce_id": named, "email": record.email.strip().lower(), "riid": record.riid.strip()}
    return {name: value for name, value in found.items() if value}
