"""Earlier refusals: dead letters that an earlier attempt at a claim wrote."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import Engine

from pipeline.accept.entry_ids import duplicate_key_of
from pipeline.accept.intake import TOMBSTONE, Claim
from pipeline.accept.unreadable import salvage
from pipeline.model.activation import Activation, Invalid, decode
from pipeline.settle import dead_letters


def refused_before(engine: Engine, claim: Claim) -> Mapping[str, Collection[str]]:
    """Return by the key of an entry the destinations that refused it; "" stands for all of them."""
    entries = dict(read_entries(claim))
    written = dead_letters.invalid_letters(engine, {each.profile_id for each in entries.values()})
    found = defaultdict(list)
    for destination in sorted({destination or "" for _, destination in written}):
        for key in entries:
            if (dead_letters.letter_id(claim.id, key, destination), destination or None) in written:
                found[key].append(destination)
    return found


def read_entries(claim: Claim) -> Iterator[tuple[str, Activation]]:
    """Read entries, as far as they are legible; yield each by its place and, if it has an id, by that."""
    for index, entry in enumerate(claim.entries):
        if entry == TOMBSTONE:
            continue
        try:
            activation = decode(entry)
        except Invalid:
            activation = salvage(entry)
        yield claim.key(index), activation
        if key := duplicate_key_of(activation):
            yield claim.key(index, key), activation
