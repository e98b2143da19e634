"""Tables of people and their doings: keys, activity, operations, and the runs of imports."""

from sqlalchemy import JSON, BigInteger, Column, Integer, String, Table, Text

from pipeline.stores.metadata import Moment, metadata

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

# The last run of each import; its owner is the process that has its turn.
import_runs = Table(
    "import_runs",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String),
    Column("alive_at", Moment),
    Column("step", Text, nullable=False, server_default=""),  # of the run, in words
    Column("first_started_at", Moment),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("succeeded_at", Moment),
    Column("failing_since", Moment),  # the first of the runs that have failed on end
    Column("error", Text, nullable=False, server_default=""),  # of the last run
)
