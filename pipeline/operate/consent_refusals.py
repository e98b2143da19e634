"""Refusals of tellings before any batch: rows that were refused at acceptance have a dead letter alone."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Engine, select

from pipeline.consents.barred import Named
from pipeline.consents.telling import statement_of
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters
from pipeline.text.times import rfc3339

STANDING = ("open", "dropped")  # states of letters that are not replayed

Refusals = dict[tuple[str, int], tuple[str, str]]  # code and time, by destination and statement


def told_with_refusals(told: Sequence[dict[str, Any]], refusals: Refusals) -> list[dict[str, Any]]:
    """Return the states that destinations were told; for a refused row the verdict is its code."""
    return [one if one["verdict"] else one | refusal_of(one, refusals) for one in told]


def refusal_of(one: dict[str, Any], refusals: Refusals) -> dict[str, Any]:
    """Return verdict and time of a refusal, {} if there is none."""
    found = refusals.get((one["destination"], one["statement"]))
    return {} if found is None else {"verdict": found[0], "answered_at": found[1]}


def read_refusals(engine: Engine, names: Collection[Named]) -> Refusals:
    """Return the refused rows of people; ``names``: all of theirs."""
    profiles = [f"person:{value}" for kind, value in names if kind == "person"]
    letter = dead_letters.c
    query = select(letter.destination, letter.code, letter.created_at, letter.activation).where(
        letter.profile_id.in_(profiles), letter.state.in_(STANDING), letter.batch.is_(None)
    )
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(letter.created_at)).all()
    return {
        (row.destination or "", statement): (row.code, rfc3339(row.created_at))
        for row in rows
        if (statement := statement_in(row.activation)) is not None
    }


def verdicts_in_words(told: Sequence[dict[str, Any]]) -> list[str]:
    """Return a word for each telling: its verdict, or that it waits, or that a later one took its place."""
    latest = {one["destination"]: one["statement"] for one in told}
    return [
        one["verdict"] or ("waits" if one["statement"] == latest[one["destination"]] else "overtaken")
        for one in told
    ]


class ActivationId(msgspec.Struct):
    """The part of an activation that is its id."""

    id: str = ""


def statement_in(activation: str) -> int | None:
    """Return the statement that an activation tells of, None if it tells of none."""
    try:
        return statement_of(msgspec.json.decode(activation, type=ActivationId).id)
    except msgspec.MsgspecError:
        return None
