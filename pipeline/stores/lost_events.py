"""The events store of SQLite when its file is gone: after imports have run, no empty one takes its place.

An empty one would take the files at the server for new, and forget which people have entered by a rule.
"""

from pathlib import Path

from sqlalchemy import Engine, make_url, select

from pipeline.errors import Misconfigured
from pipeline.stores.database import reading
from pipeline.stores.operator_tables import import_runs


class EventsLost(Misconfigured):
    """The events store is not there any more."""


def refuse_lost(url: str, engine: Engine) -> None:
    """Raise EventsLost if the events store of ``url`` is not there any more; ``engine``: the SQL store."""
    place = make_url(url)
    if place.get_backend_name() != "sqlite" or Path(place.database or "").exists():
        return
    succeeded = select(import_runs.c.name).where(import_runs.c.succeeded_at.is_not(None))
    with reading(engine) as connection:
        if connection.scalar(succeeded.limit(1)) is None:
            return
    raise EventsLost(
        f"the events store {place.database} is not there any more, and imports have stored events in it: "
        f"bring it back, from a back-up if need be. To begin with an empty one: `install -m 600 /dev/null "
        f"{place.database}`; its events come back with the files, as long as the server has them"
    )
