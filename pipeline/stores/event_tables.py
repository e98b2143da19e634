"""The tables of the events store: events of Responsys' files, people, and their fields.

On SQLite they have a file of their own, so that no delivery waits for a landing; on PostgreSQL they are in
the same database as the rest. ``event_migrations`` creates them and every later change. Times of events are
seconds since the epoch, days are days since then.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from pipeline.stores import consent_tables, pair_tables, stream_tables
from pipeline.stores.event_metadata import BigId, event_metadata
from pipeline.stores.hook_tables import hook_events
from pipeline.stores.metadata import Moment
from pipeline.stores.people_tables import handles

# With the tables of people, streams, pairs, consents and webhooks.
__all__ = ["consent_tables", "event_metadata", "handles", "hook_events", "pair_tables", "stream_tables"]

# The ledger of files: one row for each content that was seen at a path.
event_files = Table(
    "event_files",
    event_metadata,
    Column("id", BigId, primary_key=True),
    Column("import_name", String, nullable=False),
    Column("path", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime", BigInteger, nullable=False),  # seconds since the epoch
    Column("sha256", String, nullable=False, server_default=""),  # of the plaintext; "": not read yet
    Column("account", String, nullable=False),
    Column("feed", String, nullable=False),  # the file's word: CLICK, SMS_DELIVERED
    Column("state", String, nullable=False),  # waiting, fetched, landed, failed, ignored
    Column("lines", BigInteger, nullable=False, server_default="0"),  # records without the header
    Column("events", BigInteger, nullable=False, server_default="0"),  # records that are events
    Column("new", BigInteger, nullable=False, server_default="0"),  # events that were not known before
    Column("quarantined", BigInteger, nullable=False, server_default="0"),
    Column("differing", BigInteger, nullable=False, server_default="0"),  # known, with other values
    Column("reason", Text, nullable=False, server_default=""),  # why it failed, or a remark
    Column("position", BigInteger, nullable=False, server_default="0"),  # records landed so far
    Column("other_columns", JSON(none_as_null=True)),  # names of responsys_events.other
    Column("listed_at", Moment, nullable=False),
    Column("fetched_at", Moment),
    Column("landed_at", Moment),
    UniqueConstraint("import_name", "path", "size", "mtime", "sha256"),
    Index("ix_event_files_import_state", "import_name", "state"),
    Index("ix_event_files_sha256", "sha256"),
)

# The words of feeds, by small numbers.
event_feeds = Table(
    "event_feeds",
    event_metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("word", String, nullable=False, unique=True),
    Column("hooked_day", Integer),  # of the last webhook of the type; None: its rows are not in joinable_rows
)

# Values that many events share, once.
event_facets = Table(
    "event_facets",
    event_metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("digest", BigInteger, nullable=False, unique=True),  # 64 bits of MD5 over the values
    Column("campaign", Text),
    Column("launch", Text),
    Column("list", Text),
    Column("offer", Text),
    Column("category", Text),
    Column("url", Text),
    Column("segment", Text),
    Column("other", Text),  # as responsys_events.other, where rows of a file share few of them
    Column("page", BigInteger),  # SipHash-2-4 of host and path of the URL; None: it has no host
)

# Without an index of handles: each file would touch most of its pages, a third of a landing's cost. A fold
# sorts, and an erasure reads all.
responsys_events = Table(
    "responsys_events",
    event_metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),  # ascending in the order of storing
    Column("feed", SmallInteger, nullable=False),
    Column("day", Integer, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("handle", BigInteger, nullable=False),  # the RIID; without one the address
    Column("address", BigInteger),  # handle of the address
    Column("captured", BigInteger, nullable=False),
    Column("flags", SmallInteger, nullable=False),  # model/event_flags.py
    Column("facet", BigInteger, nullable=False),
    Column("phone", Text),
    Column("customer", Text),
    Column("other", Text),  # values of further columns, joined by U+001F; their names are the file's
    Column("file", BigInteger, nullable=False),
    Column("line", BigInteger, nullable=False),
    Index("uq_responsys_events_key", "feed", "day", "key", unique=True),
)

# One row: how far profiles are folded, and how far back events are kept.
event_folds = Table(
    "event_folds",
    event_metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1
    Column("issued", BigInteger, nullable=False, server_default="0"),  # highest event id that was given
    Column("folded", BigInteger, nullable=False, server_default="0"),  # highest event id in profiles
    Column("top", BigInteger, nullable=False, server_default="0"),  # highest id of the fold under way
    Column("cursor", BigInteger, nullable=False, server_default="0"),  # last handle of it that is done
    Column("horizon", Integer),  # newest day of which retention took an event out
    Column("erasures", BigInteger, nullable=False, server_default="0"),  # a landing or fold sees them by it
    Column("crowds", BigInteger, nullable=False, server_default="0"),  # people with more than 20 RIIDs
    Column("largest_crowd", BigInteger),  # the one of them with the most
    Column("fields", Text, nullable=False, server_default=""),  # version of the mapping that profiles have
    Column("hooks", BigInteger, nullable=False, server_default="0"),  # highest id given in hook_events
)

# Quarantine: records that count nothing, with the physical line at which each begins.
event_lines = Table(
    "event_lines",
    event_metadata,
    Column("file", BigInteger, primary_key=True, autoincrement=False),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# Keys of erased events: a file that comes again does not bring them back.
erased_events = Table(
    "erased_events",
    event_metadata,
    Column("feed", SmallInteger, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# The twelve kinds of events with a counter, and the moments of the first and the last one.
COUNTED = (
    "email_bounce email_click email_complaint email_open email_opt_in email_opt_out email_sent "
    "sms_bounce sms_open sms_opt_in sms_opt_out sms_sent"
).split()
LAST_ONES = ("rs_campaign_id", "email", "phone", "rs_user_id")  # each with its moment, NAME_at


def first_name(counted: str) -> str:
    """Return "email_first_open_ts" for "email_open"."""
    channel, _, word = counted.partition("_")
    return f"{channel}_first_{word}_ts"


def last_name(counted: str) -> str:
    """Return "email_last_open_ts" for "email_open"."""
    channel, _, word = counted.partition("_")
    return f"{channel}_last_{word}_ts"


def profile_columns() -> list[Column[Any]]:
    """Return new columns of a table of profiles: one row sums up the events of one handle."""
    return [
        Column("handle", BigId, primary_key=True, autoincrement=False),
        *(Column(f"{name}_ct", BigInteger, nullable=False) for name in COUNTED),
        *(Column(first_name(name), BigInteger) for name in COUNTED),
        *(Column(last_name(name), BigInteger) for name in COUNTED),
        Column("last_active_ts", BigInteger),
        *(column for name in LAST_ONES for column in (Column(name, Text), Column(f"{name}_at", BigInteger))),
        Column("packed", Text, nullable=False),  # sets, counters and further fields by their names, JSON
    ]


profiles = Table("profiles", event_metadata, *profile_columns())

# Events that retention has taken out of responsys_events; a rebuild starts from it.
profiles_base = Table("profiles_base", event_metadata, *profile_columns())
