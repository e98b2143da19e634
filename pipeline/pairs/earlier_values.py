"""Earlier values: a side's value of a variable before a record was read."""

from typing import Any

from pipeline.model.source_record import SourceRecord
from pipeline.pairs.field_state import SKIPPED, SideName
from pipeline.pairs.side_forms import SideForms

NOTHING = object()  # no value is known


def earlier_value(
    record: SourceRecord, name: str, side: SideName, other: Any, forms: SideForms, *, was_met: bool
) -> Any:
    """Return the value until now; NOTHING if the record has not changed, or never had the variable.

    If another record was the person's until now, its value was as ``other``, the other side's.
    """
    if record.before is not None:
        before = record.before["values"]
        return forms.ours(side, before[name]) if name in before else NOTHING
    if was_met:
        return NOTHING
    stored = forms.stored(side, other)
    return other if stored is SKIPPED else stored
