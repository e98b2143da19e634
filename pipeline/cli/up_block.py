"""The block at the end of the start of ``activation up``: processes, addresses, places of passwords."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from pipeline.operate.keys import FIRST_FILE
from pipeline.runtime.stores import Stores
from pipeline.stores.store_failure import shown


def block(stores: Stores, states: Mapping[str, str], login: str) -> Iterator[tuple[str, str]]:
    """Yield names and texts: a row for each process, then the stores.

    ``states``: of each process, in words; ``login``: of Flower.
    """
    width = max(map(len, states.values()))
    for name, state in states.items():
        extra = {"web": first_key(stores), "flower": login}.get(name, "")
        yield name, f"{state:<{width}}  {extra}".rstrip()
    yield "Redis", redis_place(stores)
    yield "SQL", shown(stores.engine.url)
    yield "data folder", str(stores.settings.data_dir)


def redis_place(stores: Stores) -> str:
    """Name the server without its password."""
    if not stores.settings.broker_url:
        return f"embedded, in {stores.settings.redis_dir}"
    url = urlsplit(stores.broker_url)
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"


def first_key(stores: Stores) -> str:
    """Say where the first key of the HTTP API is, if it is still there."""
    place = stores.settings.data_dir / FIRST_FILE
    return f"first key in {place}" if place.is_file() else ""
