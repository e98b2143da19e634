"""Keys of events: by which a rule asks once, and which are the ids of activations."""

from hashlib import blake2b

import msgspec

from pipeline.model.rule import Rule
from pipeline.model.source_record import SourceRecord

PLAIN = frozenset(("type", "day", "campaign_id", "launch_id", "list_id"))  # columns whose values are short


def event_key(rule: Rule, event: SourceRecord) -> str:
    """Return rule, event and person or, of a rule with ``once``, rule, person and values of its columns."""
    person = event.person or ""
    if not rule.once:
        return f"{rule.name}:{event.id}:{person}"
    values = [event.values.get(column, "") for column in rule.once]
    if PLAIN.issuperset(rule.once):
        return ":".join((rule.name, str(person), *values))
    digest = blake2b(msgspec.json.encode(values), digest_size=12).hexdigest()
    return f"{rule.name}:{person}:{digest}"
