"""The tables of pairs, in the events store.

A field without a row is at rest: the last readings of both sides are equal, and no write is under way.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text

from pipeline.stores.event_metadata import BigId, event_metadata

# Fields of people that are not at rest.
pair_fields = Table(
    "pair_fields",
    event_metadata,
    Column("pair", String, primary_key=True),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("field", String, primary_key=True),
    Column("state", Text, nullable=False),  # JSON of both sides
    Column("held", String, nullable=False, server_default=""),  # why nothing is written
    Column("look_at", BigInteger),  # when the side of Salesforce is looked at again, ms since the epoch
    Column("refused", Boolean, nullable=False, server_default="0"),  # a side refused the last write
    Index("ix_pair_fields_person", "person"),
    Index("ix_pair_fields_look", "pair", "look_at"),
    Index(
        "ix_pair_fields_refused", "pair"
    ),  # partial (its migration): naming that here would import a dialect
    sqlite_with_rowid=False,
)

# Readings, decisions, writes and verdicts of fields, for as long as they are kept.
pair_events = Table(
    "pair_events",
    event_metadata,
    Column("id", BigId, primary_key=True),
    Column("pair", String, nullable=False),
    Column("person", BigInteger, nullable=False, index=True),
    Column("field", String, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),  # ms since the epoch
    Column("side", String, nullable=False),
    Column("event", String, nullable=False),  # edit, repair, write, arrived, refused
    Column("value", Text),  # JSON; None: it has none
    Column("code", String, nullable=False, server_default=""),  # of a refusal
)
