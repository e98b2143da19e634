"""The tables of the SQL store: things to keep. ``migrations`` creates them and every later change."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Moment(TypeDecorator[datetime]):
    """A point in time: UTC in the store, aware in Python; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's
        """Turn into UTC, which SQLite stores without saying so."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a datetime without time zone cannot be stored")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's
        """Say again that it is UTC."""
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


# No text has a length: an error code or a profile id is never too long to keep.
metadata = MetaData()

connectors = Table(
    "connectors",
    metadata,
    Column("name", String, primary_key=True),
    Column("body", JSON, nullable=False),
    Column("secrets", Text, nullable=False),  # sealed by the vault: {"password": ...}
)

destinations = Table(
    "destinations",
    metadata,
    Column("name", String, primary_key=True),
    Column("audience", String, nullable=False),
    Column("connector", String, nullable=False),
    Column("body", JSON, nullable=False),
)

# What audiences are fed from on a schedule: queries, objects of Salesforce.
sources = Table(
    "sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("audience", String),  # None: rules alone look at what is read
    Column("body", JSON, nullable=False),
    Column("secrets", Text, nullable=False),  # sealed by the vault: {"url": ...}
)

# Named variables, and the fields of Salesforce that each stands for.
mappings = Table(
    "mappings",
    metadata,
    Column("name", String, primary_key=True),
    Column("body", JSON, nullable=False),
)

# When a record of a source is so, its person enters an audience.
rules = Table(
    "rules",
    metadata,
    Column("name", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("body", JSON, nullable=False),
)

# How files of one kind are read.
files = Table(
    "files",
    metadata,
    Column("name", String, primary_key=True),
    Column("body", JSON, nullable=False),
)

# Ways of alerts to people.
channels = Table(
    "channels",
    metadata,
    Column("name", String, primary_key=True),
    Column("body", JSON, nullable=False),  # {"keep": true} in the place of each secret
    Column("secrets", Text, nullable=False),  # sealed by the vault: {"url": ...}
)

# Rules of alerts.
alerts = Table(
    "alerts",
    metadata,
    Column("name", String, primary_key=True),
    Column("body", JSON, nullable=False),
)

# Files of events that are fetched on a schedule.
imports = Table(
    "imports",
    metadata,
    Column("name", String, primary_key=True),
    Column("connector", String, nullable=False),
    Column("body", JSON, nullable=False),
)

# Further fields of profiles, beside those of the mapping.
profile_fields = Table(
    "profile_fields",
    metadata,
    Column("name", String, primary_key=True),
    Column("body", JSON, nullable=False),
)

# The last run of each import; its owner is the process that has its turn.
import_runs = Table(
    "import_runs",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String),
    Column("alive_at", Moment),
    Column("step", Text, nullable=False, server_default=""),  # what the run is at, in words
    Column("first_started_at", Moment),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("succeeded_at", Moment),
    Column("failing_since", Moment),  # the first of the runs that have failed on end
    Column("error", Text, nullable=False, server_default=""),  # of the last run
)

# Why a connector or destination does not send: a person paused it, or an answer held it. And why
# the last run of a source sent nothing.
holds = Table(
    "holds",
    metadata,
    Column("scope", String, primary_key=True),  # connector, destination, source, import
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),  # paused, held
    Column("code", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("since", Moment, nullable=False),
)

# One row; its version rises with every change of the tables above.
catalog = Table(
    "catalog",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)

# The ledger: one final record per batch.
batches = Table(
    "batches",
    metadata,
    Column("id", String, primary_key=True),
    Column("destination", String, nullable=False),
    Column("connector", String, nullable=False),
    Column("action", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("delivered", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("returned", JSON, nullable=False),  # indexes of the rows given back to their lane
    Column("outcome", String, nullable=False),
    Column("finished_at", Moment, nullable=False, index=True),
    Column("removed", Integer, nullable=False, server_default="0"),  # of the delivered rows
    Column(
        "unchanged", Integer, nullable=False, server_default="0"
    ),  # of the delivered rows: were so already
    Column("outcomes", LargeBinary),  # of each row (settle/outcomes.py); None: not kept, or no more
    Column("seconds", Float),  # of its last call; None: it had none, or is of an older version
)

# Notes for streams and rules, until they have taken them over (settle/witness_notes.py).
witness_notes = Table(
    "witness_notes",
    metadata,
    Column("batch", String, primary_key=True),
    Column("destination", String, nullable=False),
    Column("connector", String, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("rows", JSON, nullable=False),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", String, primary_key=True),
    Column("created_at", Moment, nullable=False, index=True),
    Column("connector", String),
    Column("destination", String),
    Column("audience", String, nullable=False),
    Column("profile_id", String, nullable=False, index=True),
    Column("code", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("activation", Text, nullable=False),  # as it was in the intake, JSON
    Column("state", String, nullable=False),  # open, replayed, dropped
    Column("settled_at", Moment),
    Column("batch", String),
    # Letters of one state by place, and by age: counting and listing read the index, not a million rows.
    Index("ix_dead_letters_state_place", "state", "connector", "destination", "code", "created_at"),
    Index("ix_dead_letters_state_age", "state", "created_at", "connector", "destination", "code"),
    # Rows that never came into a batch, for the numbers of minutes. Its migration says WHERE batch IS NULL;
    # said here it would load the dialect of PostgreSQL, 0.04 s of CPU, at each start of a command.
    Index("ix_dead_letters_unbatched", "created_at", "connector", "destination"),
)

statistics = Table(
    "statistics",
    metadata,
    Column("hour", Moment, primary_key=True),
    Column("connector", String, primary_key=True),
    Column("destination", String, primary_key=True),
    Column("name", String, primary_key=True),  # received, sent, rejected:NO_RECIPIENT_FOUND, ...
    Column("value", BigInteger, nullable=False),
)

# Keys of the HTTP API and the console; the key itself is kept nowhere.
api_keys = Table(
    "api_keys",
    metadata,
    Column("name", String, primary_key=True),
    Column("scope", String, nullable=False),  # produce, read, operate, admin, hook
    Column("audiences", JSON, nullable=False),  # []: all
    Column("prefix", String, nullable=False),  # the part that may be shown
    Column("digest", String, nullable=False),  # SHA-256, in hex
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
    Column("connector", String),  # of a hook
)

# Actor, action and object of every change; no profile is named.
activity = Table(
    "activity",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("actor", String, nullable=False),  # key:NAME, console:NAME, cli:USER, system
    Column("action", String, nullable=False),  # connector.put, dead_letters.replay, ...
    Column("object", String, nullable=False),  # destination:NAME, dead_letter:ID, ...; "": none
    Column("detail", Text, nullable=False),
    Column("request_id", String, nullable=False),
)

# A person's decision on many dead letters or on a source, and how far a worker has come with it.
operations = Table(
    "operations",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),  # replay, drop, run
    Column("state", String, nullable=False, index=True),  # waiting, running, done, stopped
    Column("chosen", JSON, nullable=False),  # which letters, or the source
    Column("matched", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("by", String, nullable=False),  # the actor
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("alive_at", Moment),  # when its worker was last heard of
    Column("owner", String),  # one run of a worker
    Column("position", JSON),  # time and id of the last letter that was handled
    Column("detail", Text, nullable=False),
    Column("numbers", JSON),  # of a run: entering, changed, leaving, sent
)

# Counters that were taken over from Redis, so that none is added twice.
folds = Table(
    "folds",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

# The snapshots of an audience: the lease of its runs (snapshots/run_lease.py), and the phase of the last one.
snapshots = Table(
    "snapshots",
    metadata,
    Column("audience", String, primary_key=True),
    Column("run", String, nullable=False),
    Column("phase", String, nullable=False),  # new, reading, sending, done, stopped
    Column("source", String),  # that the run is of; None: a person's file
    Column("taken_at", Moment),
    Column("finished_at", Moment),
    Column("succeeded_at", Moment),  # when a run was last done
    Column("owner", String),  # holder of the lease; None: no run is under way
    Column("alive_at", Moment),  # when the owner was last heard of
)

# The work of a run for one destination, and how far it has come.
snapshot_parts = Table(
    "snapshot_parts",
    metadata,
    Column("destination", String, primary_key=True),
    Column("audience", String, nullable=False, index=True),
    Column("run", String, nullable=False),
    Column("view", String, nullable=False),  # which attributes matter
    Column("call_types", JSON, nullable=False),  # those it takes
    Column("silent", Boolean, nullable=False),  # a baseline: nothing is sent
    Column("known", BigInteger, nullable=False),  # members before this run
    Column("entering", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("leaving", BigInteger, nullable=False),
    Column("step", String, nullable=False),  # leaving, arriving, done
    Column("position", String),  # the last profile of the step that is done
    Column("chunk", BigInteger, nullable=False),  # the last chunk that is known to be appended
    Column("sent", BigInteger, nullable=False),  # activations appended by this run
    Column("since", Moment),  # when its first snapshot was done; None: it has had none
)

# A snapshot while it is compared: one row per profile for each choice of attributes.
staged = Table(
    "staged",
    metadata,
    Column("run", String, primary_key=True),
    Column("view", String, primary_key=True),
    Column("profile_id", String, primary_key=True),
    Column("digest", String, nullable=False),  # "": its row is not valid; the member stays as it is
    Column("content", Text, nullable=False),  # identifiers and variables, JSON
    Column(
        "rank", Text, nullable=False, server_default=""
    ),  # of several lines of a profile the greatest counts
    Column("lines", Integer, nullable=False, server_default="1"),  # of the profile
    sqlite_with_rowid=False,
)

# The members of each destination, with the content that was last sent or noted as its baseline.
members = Table(
    "members",
    metadata,
    Column("destination", String, primary_key=True),
    Column("profile_id", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("content", Text, nullable=False),
    sqlite_with_rowid=False,
)

# What was last seen of each rule and subject (alerts/states.py); none: ok since ever.
alert_states = Table(
    "alert_states",
    metadata,
    Column("rule", String, primary_key=True),  # the name of the rule
    Column("scope", String, primary_key=True),  # of the subject: destination, connector, source, system
    Column("name", String, primary_key=True),  # of the subject
    Column("kind", String, nullable=False),  # of the rule
    Column("state", String, nullable=False),  # ok, pending, open, clearing
    Column("since", Moment, nullable=False),  # when the condition began to hold; ok: when it was over
    Column("changed_at", Moment, nullable=False),
    Column("told_at", Moment),  # when the last message was written that it is open
    Column("severity", String, nullable=False),
    Column("channels", JSON, nullable=False),  # that were told
    Column("value", Float),
    Column("above", Float),
    Column("text", Text, nullable=False),
    Column("way_out", Text, nullable=False),
    Column("path", String, nullable=False),  # of the page to look at
    Column("version", Integer, nullable=False),  # rises with every change
)

# Messages about alerts, each to one channel, and their fate (alerts/messages.py).
alert_messages = Table(
    "alert_messages",
    metadata,
    Column("id", String, primary_key=True),
    Column("channel", String, nullable=False),
    Column("type", String, nullable=False),  # alert.opened, alert.reminder, alert.closed, alert.test
    Column("alert", String, nullable=False),  # rule, scope and name of the subject, in one text
    Column("body", Text, nullable=False),  # JSON, as a webhook gets it
    Column("created_at", Moment, nullable=False),
    Column("state", String, nullable=False),  # waiting, delivered, failed
    Column("due_at", Moment, nullable=False),  # of the next try
    Column("attempts", Integer, nullable=False),
    Column("rung", Boolean, nullable=False),  # a worker was told of this try
    Column("lease", Moment),  # until when a process tries; None: none does
    Column("settled_at", Moment),
    Column("detail", Text, nullable=False),  # why the last try failed
    Index("ix_alert_messages_due", "state", "due_at"),
    Index("ix_alert_messages_channel", "channel", "state", "settled_at"),
)

# One row: the id of this store, and a check of the secret key that belongs to it.
installation = Table(
    "installation",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1
    Column("id", String, nullable=False),  # also in Redis (installation.py)
    Column("key_check", Text),  # the id, sealed by the vault (key_check.py); None: not yet
)
