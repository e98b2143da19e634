"""Shards of the intake: a fixed number of lists, so that one profile's changes stay in order."""

from zlib import crc32

SHARDS = 16


def shard_of(profile_id: str) -> int:
    """Return the shard that holds the changes of a profile, from 0."""
    return crc32(profile_id.encode("utf-8", "replace")) % SHARDS
