"""Tables of snapshots: their runs, the rows that are compared, and the members of destinations."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, String, Table, Text

from pipeline.stores.metadata import Moment, metadata

# The snapshots of an audience: the lease of its runs (row_lease.py), and the phase of the last one.
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
