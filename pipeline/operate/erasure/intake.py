"""Erase entries of the intake: tombstones take their places, because a live claim counts positions."""

from collections.abc import Iterator
from typing import Any

import redis

from pipeline.accept.intake import TOMBSTONE
from pipeline.model.shard import SHARDS
from pipeline.operate.erasure.found import Found
from pipeline.operate.erasure.ownership import is_of
from pipeline.stores.scripts import Scripts

CHUNK_ENTRIES = 1_000


def erase(client: redis.Redis, profile: str, found: Found, *, only_count: bool) -> None:
    """Put tombstones in the places of a profile's entries; entries of a live claim stay."""
    scripts, busy = Scripts(client), 0
    for shard in range(SHARDS):  # a producer of one's own may have taken another than the profile's
        key = f"intake:{shard}"
        for length, entry in newest_first(client, key):
            if not is_of(profile, entry):
                continue
            if only_count:
                found.add("intake", 1)
                continue
            erased, held = scripts.run("erase_entry", [key, f"{key}:claim"], [entry, TOMBSTONE, length])
            found.add("intake", erased)
            busy += held
    if busy:
        found.not_erased.append("changes are just being accepted")


def newest_first(client: Any, key: str) -> Iterator[tuple[int, bytes]]:
    """Give all entries, each with the length of the list up to its chunk.

    Entries that move to the front meanwhile are met later, so none is missed.
    """
    for end in range(int(client.llen(key)), 0, -CHUNK_ENTRIES):
        for entry in client.lrange(key, max(0, end - CHUNK_ENTRIES), end - 1):
            yield end, entry
