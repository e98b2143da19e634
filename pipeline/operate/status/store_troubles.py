"""Troubles of the stores: Redis and SQL."""

from collections.abc import Iterator

from pipeline.operate.status.status import Status
from pipeline.operate.status.trouble import Trouble
from pipeline.stores.redis_health import NEAR, faults
from pipeline.text.sizes import spell as spell_size


def of_server(status: Status) -> Iterator[Trouble]:
    """Say that Redis cannot write, was demoted, is full, will be, or keeps nothing."""
    server = status.server
    yield from (Trouble(*fault) for fault in faults(server))
    if not server.keeps:
        text = "the Redis server keeps no append-only file: when it ends, what waits is lost"
        yield Trouble(text, "CONFIG SET appendonly yes, and in its configuration")
    of = f"{spell_size(server.used)} of {spell_size(server.limit or server.machine)}"
    if server.full:
        return
    if server.share >= NEAR and server.limit:
        text = f"the Redis server is nearly full ({of}): backfills wait, and when it is, all producers"
        yield Trouble(text, "see what holds rows back, or raise its maxmemory", passing=True)
    elif server.share >= NEAR:
        text = f"the Redis server has nearly all memory of its machine ({of}), and no maxmemory"
        yield Trouble(text, "set maxmemory: producers are refused then, and nobody ends the server")


def of_emptied(status: Status) -> Iterator[Trouble]:
    """Say that Redis lost everything."""
    if status.emptied:
        at = status.emptied.strftime("%Y-%m-%d %H:%M:%S UTC")
        text = f"the Redis server was emptied (found {at}): activations, rows and limits in it are gone"
        way_out = "workers have published the records again and go on; send again what has no outcome in"
        yield Trouble(text, f"{way_out} `activation stats`; this note ends after a day", passing=True)


def of_sql(status: Status) -> Iterator[Trouble]:
    """Say that outcomes cannot be recorded."""
    if status.sql:
        text = f"workers cannot write to the SQL store: {status.sql}; they keep the outcomes of their calls"
        yield Trouble(text, "make room for it, or bring it back; then all goes on by itself")
