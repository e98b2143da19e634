"""Keys of events: by which a rule asks once, and which are the ids of activations."""

from hashlib import blake2b

import msgspec

from pipeline.model.rule import Rule
from pipeline.model.source_record import SourceRecord

PLAIN = frozenset(("type", "day", "campaign_id", "launch_id", "list_id"))  # columns with short values
LONGEST = 100  # characters of values in a key; a sender may write anything there


def event_key(rule: Rule, event: SourceRecord) -> str:
    """Return rule, event and person or, of a rule with ``once``, rule, person and values of its columns.

    Long values, and those in which a colon would not tell where one ends, are a digest.
    """
    person = event.person or ""
    if not rule.once:
        return f"{rule.name}:{event.id}:{person}"
    found = event.values
    values = [found.get(column, "") for column in rule.once]
    if PLAIN.issuperset(rule.once):
        plain = ":".join(values)
        if len(plain) <= LONGEST and plain.count(":") < len(values):
            return f"{rule.name}:{person}:{plain}"
    digest = blake2b(msgspec.json.encode(values), digest_size=12).hexdigest()
    return f"{rule.name}:{person}:{digest}"
