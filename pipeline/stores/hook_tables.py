"""The tables of webhooks' events, in the events store.

Responsys gives them neither a time nor an id: they are counted once by content and day, zone UTC. No address
is kept of them, only its handle.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, SmallInteger, String, Table, Text

from pipeline.stores.event_metadata import BigId, event_metadata

HOOK_FEED = 0  # in ``erased_events``: digests of erased events; feeds of files begin with 1

hook_events = Table(
    "hook_events",
    event_metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),  # ascending in the order of storing
    Column("connector", String, nullable=False),
    Column("type", String, nullable=False),  # Responsys' word: EMAIL_CLICKED
    Column("word", String, nullable=False),  # that of files: CLICK; of an unknown type its own
    Column("day", Integer, nullable=False),  # of its arrival
    Column("digest", BigInteger, nullable=False),  # of its content
    Column("handle", BigInteger, nullable=False),  # the RIID; without one the address
    Column("address", BigInteger),  # handle of the address
    Column("captured", BigInteger, nullable=False),  # arrival
    Column("campaign", Text),  # id
    Column("customer", Text),
    Column("body", Text, nullable=False),  # JSON: campaign_name, reason, channel, other
    Column("event", BigInteger, index=True),  # the file's row of the same event; None: no file has told it
    Column("late", Boolean, nullable=False, server_default="0"),  # the file's row was there before
    Index("uq_hook_events_content", "connector", "day", "digest", unique=True),
    Index("ix_hook_events_handle", "handle", "word"),
)

# Rows of files that a webhook may tell again: those since yesterday, of the types that webhooks tell. Stored
# events have no index of handles, and each webhook would read all of its type.
joinable_rows = Table(
    "joinable_rows",
    event_metadata,
    Column("feed", SmallInteger, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("handle", BigInteger, primary_key=True, autoincrement=False),
    Column("row", BigInteger, primary_key=True, autoincrement=False),  # its id
    sqlite_with_rowid=False,
)
