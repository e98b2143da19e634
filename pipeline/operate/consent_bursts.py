"""Bursts of opting out, as a person sees them and lets them go on."""

from dataclasses import dataclass

from pipeline.consents.bursts import Burst, open_bursts, release
from pipeline.consents.noting import now_ms
from pipeline.consents.saying import waiting_name
from pipeline.operate.activity import Actor, note_alone
from pipeline.runtime.stores import Stores
from pipeline.stores.database import reading


@dataclass(frozen=True)
class ReleasedBursts:
    """The release of bursts: their names, and the number of activations that go out now."""

    bursts: list[Burst]
    activations: int


def read_bursts(stores: Stores) -> list[Burst]:
    """Return the sources from which nothing is passed on."""
    events = stores.events_if_any
    if events is None:
        return []
    with reading(events) as connection:
        return open_bursts(connection)


def release_bursts(stores: Stores, actor: Actor, name: str) -> ReleasedBursts:
    """Let all bursts of some consents go on; a worker passes on the waiting ones, and an activity says so."""
    held = [burst for burst in read_bursts(stores) if burst.name == name]
    if not held:
        return ReleasedBursts([], 0)
    with stores.events.begin() as connection:
        amount = release(connection, name, waiting_name(name), now_ms())
    note_alone(stores.engine, actor, "consents.resume", f"consents:{name}")
    return ReleasedBursts(held, amount)
