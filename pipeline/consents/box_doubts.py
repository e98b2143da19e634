"""Doubtful boxes: a reading differs from the state, and our own write to the box may explain it.

::

    the write is answered     the record is read once more: a box that still differs was set by a human
    it was refused            nothing: parity and the dead letter list it
    no answer ever comes      a tick counts after a while: it is safer not to write to the person
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from sqlalchemy import Connection, delete, select

from pipeline.consents.addresses import digest_of_address
from pipeline.consents.box_statements import BoxReading
from pipeline.consents.own_writes import CLOCKS, UNDER_WAY, Tell
from pipeline.consents.state_store import StoredState
from pipeline.consents.statement import IN, OUT
from pipeline.stores.consent_tables import consent_doubts
from pipeline.stores.upsert import insert_into

Finding = Literal["human", "waits", ""]  # "": nothing follows


def note_doubts(connection: Connection, name: str, readings: Iterable[BoxReading]) -> None:
    """Note the boxes that are to be read once more."""
    rows = [
        {
            "name": name,
            "source": one.record.source,
            "record": one.record.id,
            "address": digest_of_address(one.record.email),
        }
        for one in readings
    ]
    if rows:
        statement = insert_into(connection.dialect.name, consent_doubts)
        key = list(consent_doubts.primary_key.columns)
        changed = {"address": statement.excluded.address}
        connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


def read_doubts(connection: Connection, name: str, source: str) -> dict[str, str]:
    """Return the addresses of the doubtful boxes of a source, by record."""
    own = (consent_doubts.c.name == name, consent_doubts.c.source == source)
    query = select(consent_doubts.c.record, consent_doubts.c.address).where(*own)
    return {row.record: row.address for row in connection.execute(query.order_by(consent_doubts.c.record))}


def forget_doubts(connection: Connection, name: str, source: str, records: Collection[str]) -> None:
    """Forget doubts that are settled."""
    own = (consent_doubts.c.name == name, consent_doubts.c.source == source)
    if records:
        connection.execute(delete(consent_doubts).where(*own, consent_doubts.c.record.in_(records)))


def box_differs(is_ticked: bool, stored: StoredState | None) -> bool:
    """Tell whether a box differs from the state."""
    return is_ticked != (stored is not None and stored.state.status == OUT)


def is_due(stored: StoredState | None, tells: Sequence[Tell], now: int) -> bool:
    """Tell whether a box is to be read once more: all writes are answered, or overdue."""
    own = tells_of_state(stored, tells)
    return all(tell.settled_at is not None for tell in own) or is_overdue(stored, own, now)


def judge_box(reading: BoxReading, stored: StoredState | None, tells: Sequence[Tell], now: int) -> Finding:
    """Return the finding about a box that was read once more."""
    own = tells_of_state(stored, tells)
    if not box_differs(reading.is_ticked, stored) or not own:
        return ""
    if any(tell.settled_at is None for tell in own):
        return "human" if is_overdue(stored, own, now) else "waits"
    reached = [tell for tell in own if tell.has_reached]
    if any(reading.record.stamp + CLOCKS < tell.sent_at for tell in reached):
        return "waits"  # our write was answered, and the record was not read since
    return "human" if reached else ""


def tells_of_state(stored: StoredState | None, tells: Sequence[Tell]) -> list[Tell]:
    """Return the tellings of the state that counts now."""
    return [tell for tell in tells if stored is not None and tell.statement == stored.statement]


def is_overdue(stored: StoredState | None, tells: Sequence[Tell], now: int) -> bool:
    """Tell whether our writes that clear the box have had no answer for so long that a tick counts."""
    is_in = stored is not None and stored.state.status == IN
    return is_in and all(tell.sent_at + UNDER_WAY < now for tell in tells)
