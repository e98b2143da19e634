"""Difference between a snapshot and the members that a destination was last sent, found by the database."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, case, delete, func, literal, or_, select

from pipeline.snapshots.parts import Part
from pipeline.stores.snapshot_tables import members, staged
from pipeline.stores.upsert import insert_into

ENTERS = members.c.profile_id.is_(None)
CHANGES = members.c.digest != staged.c.digest


def measured(connection: Connection, part: Part) -> Part:
    """Return a part with its numbers."""
    amounts = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in (ENTERS, CHANGES)]
    arriving = select(*amounts).select_from(compared(part)).where(of_snapshot(part))
    entering, changed = connection.execute(arriving).one()
    known = select(func.count()).select_from(members).where(members.c.destination == part.destination)
    leaving = select(func.count()).select_from(members).where(leaves(part))
    return replace(
        part,
        entering=int(entering),
        changed=int(changed),
        known=int(connection.scalar(known) or 0),
        leaving=int(connection.scalar(leaving) or 0),
    )


def arriving(connection: Connection, part: Part, most: int) -> Sequence[Any]:
    """Return the next profiles that enter or have changed: id, content, and whether it enters."""
    chosen = select(staged.c.profile_id, staged.c.content, ENTERS.label("enters"))
    chosen = chosen.select_from(compared(part)).where(arrives(part))
    return connection.execute(chosen.order_by(staged.c.profile_id).limit(most)).all()


def leaving(connection: Connection, part: Part, most: int) -> Sequence[Any]:
    """Return the next profiles that leave: id and the content last sent."""
    chosen = select(members.c.profile_id, members.c.content).where(leaves(part), *after_position(part))
    return connection.execute(chosen.order_by(members.c.profile_id).limit(most)).all()


def keep_arrived(connection: Connection, part: Part, last: str) -> None:
    """Store the content that profiles up to ``last`` have been sent."""
    names = ["destination", "profile_id", "digest", "content"]
    destination = literal(part.destination, members.c.destination.type)
    chosen = select(destination, staged.c.profile_id, staged.c.digest, staged.c.content)
    chosen = chosen.select_from(compared(part)).where(arrives(part), staged.c.profile_id <= last)
    statement = insert_into(connection.dialect.name, members).from_select(names, chosen)
    excluded = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(members.primary_key.columns),
            set_={"digest": excluded.digest, "content": excluded.content},
        )
    )


def forget_left(connection: Connection, part: Part, last: str) -> None:
    """Delete the leaving members up to ``last``, after their REMOVEs, if the destination takes any."""
    bounds = (leaves(part), members.c.profile_id <= last, *after_position(part))
    connection.execute(delete(members).where(*bounds))


def compared(part: Part) -> FromClause:
    """Join every profile of the snapshot with the content it was last sent."""
    same = and_(members.c.destination == part.destination, members.c.profile_id == staged.c.profile_id)
    return staged.outerjoin(members, same)


def of_snapshot(part: Part) -> ColumnElement[bool]:
    """Choose the profiles of the snapshot; those of refused rows only to know them in a baseline."""
    staged_rows = and_(staged.c.run == part.run, staged.c.view == part.view)
    return staged_rows if part.silent else and_(staged_rows, staged.c.digest != "")


def arrives(part: Part) -> ColumnElement[bool]:
    """Choose profiles after the position that enter or have changed."""
    differs = and_(of_snapshot(part), or_(ENTERS, CHANGES))
    return differs if part.position is None else and_(differs, staged.c.profile_id > part.position)


def leaves(part: Part) -> ColumnElement[bool]:
    """Choose members of the destination that the snapshot does not hold."""
    here = and_(
        staged.c.run == part.run,
        staged.c.view == part.view,
        staged.c.profile_id == members.c.profile_id,
    )
    return and_(members.c.destination == part.destination, ~select(staged.c.run).where(here).exists())


def after_position(part: Part) -> list[ColumnElement[bool]]:
    """Choose members after the position."""
    return [] if part.position is None else [members.c.profile_id > part.position]
