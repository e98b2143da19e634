"""The choice of a stream: the object and the condition by which its records were read.

By another condition, or for one more field that a follower looks at, records may be meant that did not
change since: all are read again as at the first time, and no rule fires for them. Records of another object
are forgotten, and the stream begins anew.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import delete

from pipeline.model.source import SalesforceSource
from pipeline.stores.stream_tables import records
from pipeline.streams.stream_state import write_state
from pipeline.streams.stream_turn import StreamTurn

encode = msgspec.json.Encoder(order="sorted").encode
ANEW = {"full_at": None, "full_stamp": None, "full_id": ""}
FROM_THE_START = {**ANEW, "mark_stamp": None, "mark_id": ""}


def choice_of(source: SalesforceSource, fields: Sequence[str] = ()) -> str:
    """Return an object, and a digest of the condition and of the fields that are read of all records."""
    chosen = [source.where, sorted(fields)] if fields else source.where
    said = blake2b(encode(chosen), digest_size=8).hexdigest()
    return f"{object_of(source)} {said}"


def object_of(source: SalesforceSource) -> str:
    """Return the object; of a history also the field with the record that it is of."""
    return f"{source.object}/{source.of}"


def renew_choice(turn: StreamTurn, source: SalesforceSource, fields: Sequence[str] = ()) -> None:
    """Note the choice of a source; if it is another one than before, let all be read again."""
    known, now = turn.state.choice, choice_of(source, fields)
    if known == now:
        return
    is_other_object = bool(known) and known.partition(" ")[0] != object_of(source)
    values: dict[str, Any] = {"choice": now}
    if known:
        values |= FROM_THE_START if is_other_object else ANEW
    with turn.writing() as connection:
        if is_other_object:
            connection.execute(delete(records).where(records.c.source == source.name))
        state = write_state(connection, turn.state, **values)
    turn.state = state
