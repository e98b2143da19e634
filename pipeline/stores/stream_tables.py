"""The tables of streams, in the events store: one transaction takes a page to all that follows from it.

Stamps are milliseconds since the epoch, as the outside system gave them. Addresses are in ``records`` and
``outgoing`` alone.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, SmallInteger, String, Table, Text

from pipeline.stores.event_metadata import BigId, event_metadata
from pipeline.stores.metadata import Moment

# How far each stream is read, and the process that has its turn.
streams = Table(
    "streams",
    event_metadata,
    Column("source", String, primary_key=True),
    Column("org", String, nullable=False, server_default=""),  # id of the org that was read first
    Column("mark_stamp", BigInteger),  # of the last row that was taken; None: nothing was read yet
    Column("mark_id", String, nullable=False, server_default=""),
    # A reading from the beginning, the first one or a weekly one; its position outlives the run.
    Column("full_number", BigInteger, nullable=False, server_default="0"),  # of the last one that began
    Column("full_stamp", BigInteger),  # position of the one under way; None: none is
    Column("full_id", String, nullable=False, server_default=""),
    Column("full_at", Moment),  # end of the last one; None: the baseline is not complete
    Column("series", String, nullable=False, server_default=""),  # that chunks are numbered in
    Column("chunk", BigInteger, nullable=False, server_default="0"),  # number of the last one appended
    Column(
        "cut", JSON(none_as_null=True)
    ),  # ranges of ``outgoing`` in the chunks after that one; None: unknown
    Column("owner", String),
    Column("alive_at", Moment),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("succeeded_at", Moment),
    Column("trouble", Text, nullable=False, server_default=""),  # why the last run stopped; "": it did not
    Column("numbers", JSON(none_as_null=True)),  # of the last run: rows read, changed, sent
    Column("choice", String, nullable=False, server_default=""),  # object and condition; "": unknown
    # People changed by runs; their activations wait for the end of a run, or for a person's confirmation.
    Column("changing", BigInteger, nullable=False, server_default="0"),
    # The reading from the beginning that is under way sends everybody, changed or not.
    Column("resending", Boolean, nullable=False, server_default="0"),
)

# Records of the outside system, as a stream last saw them.
records = Table(
    "records",
    event_metadata,
    Column("source", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("person", BigInteger, index=True),  # None: unknown, or several
    Column("stamp", BigInteger, nullable=False),
    Column("digest", String, nullable=False),  # of body; "": erased, the record is not taken again
    Column("body", Text, nullable=False),  # JSON: variables by the mapping, and fields that rules look at
    Column("parent", String),  # of a row of a history
    Column("full_number", BigInteger, nullable=False, server_default="0"),  # reading that last met it
    Column("gone", Boolean, nullable=False, server_default="0"),  # deleted, or merged into another
    Column("existing", Boolean, nullable=False, server_default="0"),  # met by the first reading
    Index("ix_records_parent", "source", "parent", "stamp"),  # partial, as that of pair_fields is
    sqlite_with_rowid=False,
)

# Activations that pages led to and that are not appended yet; empty at rest.
outgoing = Table(
    "outgoing",
    event_metadata,
    Column("number", BigId, primary_key=True),
    Column("source", String, nullable=False),
    Column("body", Text, nullable=False),  # an activation, as JSON
    Index("ix_outgoing_source", "source", "number"),
)

# Enterings that rules asked for, each with its verdict.
entries = Table(
    "entries",
    event_metadata,
    Column("key", String, primary_key=True),
    Column("rule", String, nullable=False),
    Column("source", String, nullable=False),
    Column("record", String, nullable=False),
    Column("person", BigInteger),
    Column("state", String, nullable=False),  # entered, put_off, left_out, refused, unknown, sent, watched
    Column("check", SmallInteger),  # that it did not pass
    Column("evidence", JSON(none_as_null=True)),
    Column("until", Moment),  # put off
    Column("asked_at", Moment, nullable=False),
    Column("entered_at", Moment),
    Column("sent_at", Moment),
    Column("verdict", String, nullable=False, server_default=""),  # code of a refusal
    Column("activation", String),
    Index("ix_entries_rule", "rule", "state", "until"),
    Index("ix_entries_person", "person", "rule", "state"),
    Index("ix_entries_activation", "activation"),
    sqlite_with_rowid=False,
)

# Events that scores count: stored events have no index of handles, and a page asks for those of its people.
event_points = Table(
    "event_points",
    event_metadata,
    Column("source", String, primary_key=True),
    Column("handle", BigInteger, primary_key=True, autoincrement=False),
    Column("captured", BigInteger, primary_key=True, autoincrement=False),  # seconds since the epoch
    Column("event", BigInteger, primary_key=True, autoincrement=False),  # its id
    Column("type", String, nullable=False),
    sqlite_with_rowid=False,
)
