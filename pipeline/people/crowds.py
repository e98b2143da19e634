"""Crowds: people with more than 20 RIIDs, which a shared address has connected.

They are counted when events were folded, and kept in the one row of folds, so that a status reads a row.
"""

from dataclasses import dataclass

from sqlalchemy import Engine, func, select, update

from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_folds, handles

MOST_RIIDS = 20


@dataclass(frozen=True)
class Crowds:
    """Their number, and the person with the most RIIDs; None: there is none."""

    people: int = 0
    largest: int | None = None


def note_crowds(engine: Engine) -> None:
    """Count the people with too many RIIDs, and store the number."""
    amount = func.count()
    query = (
        select(handles.c.person).where(handles.c.kind == "riid").group_by(handles.c.person)
        .having(amount > MOST_RIIDS).order_by(amount.desc(), handles.c.person)
    )  # fmt: skip
    with reading(engine) as connection:
        people = connection.scalars(query).all()
    with engine.begin() as connection:
        change = update(event_folds).values(crowds=len(people), largest_crowd=people[0] if people else None)
        connection.execute(change)


def read_crowds(engine: Engine) -> Crowds:
    """Return the number that was last stored."""
    with reading(engine) as connection:
        row = connection.execute(select(event_folds.c.crowds, event_folds.c.largest_crowd)).one()
    return Crowds(*row)
