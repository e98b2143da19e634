"""Trace: where a profile's changes wait, and the outcomes of its settled ones.

The id of the profile is read as that of an activation is: without white space and invisible characters at its
ends, such as those that come along when it is pasted.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import redis
from sqlalchemy import Connection, Engine, or_, select

from pipeline.model.plain import trimmed
from pipeline.operate.erasure.erasure import Erasure
from pipeline.operate.paging import decode_place, encode_place
from pipeline.settle.outcomes import batches_of, kept_since, unpack
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters
from pipeline.text.escapes import storable
from pipeline.text.times import rfc3339


def trace(
    client: redis.Redis, engine: Engine, asked: str, *, limit: int = 100, cursor: str | None = None
) -> dict[str, Any]:
    """Return ``{"profile_id", "waiting", "outcomes", "next", "kept_since"}``, outcomes newest first.

    ``asked``: the id as it was typed or pasted; of one without a visible character nothing is known.
    """
    profile = trimmed(asked)
    before = None if cursor is None else decode_place(cursor, profile)
    if not profile:
        return of_nobody(engine)
    with ThreadPoolExecutor(1) as pool:  # Redis looks for waiting rows, while this thread reads outcomes
        places = None if cursor else pool.submit(count_waiting, client, engine, profile)
        with reading(engine) as connection:
            found = outcomes_of(connection, profile, limit, before)
            unbatched = [] if cursor else letters_without_batch(connection, profile)
    shown = sorted([*found[:limit], *unbatched], key=lambda one: one["at"], reverse=True)
    more = len(found) > limit
    return of_nobody(engine) | {
        "profile_id": profile,
        "waiting": places.result() if places else [],
        "outcomes": shown,
        "next": encode_place(found[limit - 1]["at"], found[limit - 1]["batch"], profile) if more else None,
    }


def of_nobody(engine: Engine) -> dict[str, Any]:
    """Return the trace of an empty id."""
    since = kept_since(engine)
    kept = since and rfc3339(since)
    return {"profile_id": "", "waiting": [], "outcomes": [], "next": None, "kept_since": kept}


def outcomes_of(
    connection: Connection, profile: str, limit: int, before: tuple[datetime, str] | None
) -> list[dict[str, Any]]:
    """Return the outcomes of a profile out of its batches, and one more than ``limit`` if there are more."""
    found: list[dict[str, Any]] = []
    for batch, at, destination, connector, value in batches_of(connection, profile, before):
        for row in (row for row in unpack(value) if row.profile_id == profile):
            letter = row.dead_letter(batch)
            found.append(
                {
                    "at": rfc3339(at),
                    "destination": destination,
                    "connector": connector,
                    "batch": batch,
                    "call_type": row.call_type,
                    "verdict": row.verdict,
                    "dead_letter": letter,
                    "state": letter and state_of(connection, letter),
                }
            )
        if len(found) > limit:
            break
    return found


def state_of(connection: Connection, letter: str) -> str | None:
    """Return the state of a dead letter, None if it is kept no more."""
    found: str | None = connection.scalar(select(dead_letters.c.state).where(dead_letters.c.id == letter))
    return found


def letters_without_batch(connection: Connection, profile: str) -> list[dict[str, Any]]:
    """Return the outcomes of changes that never came into a batch."""
    wanted = select(dead_letters).where(
        dead_letters.c.profile_id == storable(profile),
        or_(dead_letters.c.batch.is_(None), dead_letters.c.batch == ""),
    )
    return [
        {
            "at": rfc3339(row.created_at),
            "destination": row.destination,
            "connector": row.connector,
            "batch": None,
            "call_type": None,
            "verdict": row.code,
            "dead_letter": row.id,
            "state": row.state,
        }
        for row in connection.execute(wanted)
    ]


def count_waiting(client: redis.Redis, engine: Engine, profile: str) -> list[dict[str, Any]]:
    """Count the profile's changes that are not settled, by place."""
    found = Erasure(client, engine).look_at_unsettled(profile)
    return [
        {"place": place.name, "destination": place.destination, "count": count}
        for place, count in sorted(found.counts.items(), key=lambda pair: (pair[0].name, str(pair[0])))
    ]
