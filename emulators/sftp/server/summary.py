"""Summary: counts of the clients' connections and operations."""

import msgspec


class Summary(msgspec.Struct):
    """Counts since the start or the last reset."""

    connections: int = 0
    logins: int = 0
    listings: int = 0
    opened: int = 0
    bytes_read: int = 0
    renamed: list[str] = []  # "old -> new", paths as clients gave them
    removed: list[str] = []
    faults: int = 0
