"""Erase entries of the intake, in which a live claim goes by their positions."""

from collections.abc import Iterator
from typing import Any

import redis

from pipeline.accept.intake import TOMBSTONE
from pipeline.model.shard import SHARDS
from pipeline.operate.erasure.found import Found
from pipeline.operate.erasure.whose import is_of
from pipeline.stores.scripts import Scripts

CHUNK = 1_000  # entries


def erase(client: redis.Redis, profile: str, found: Found, *, look: bool) -> None:
    """Put tombstones in the places of a profile's entries; those that are just being accepted are left."""
    scripts, busy = Scripts(client), 0
    for shard in range(SHARDS):  # a producer of one's own may have taken another than the profile's
        key = f"intake:{shard}"
        for length, entry in newest_first(client, key):
            if not is_of(profile, entry):
                continue
            if look:
                found.add("intake", 1)
                continue
            erased, held = scripts.run("erase_entry", [key, f"{key}:claim"], [entry, TOMBSTONE, length])
            found.add("intake", erased)
            busy += held
    if busy:
        found.left.append("changes are just being accepted")


def newest_first(client: Any, key: str) -> Iterator[tuple[int, bytes]]:
    """Give all entries, each with the length of the list up to its chunk.

    Those that come nearer to the front meanwhile are met later, so none is missed.
    """
    for end in range(int(client.llen(key)), 0, -CHUNK):
        for entry in client.lrange(key, max(0, end - CHUNK), end - 1):
            yield end, entry
