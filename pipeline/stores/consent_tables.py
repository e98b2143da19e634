"""The tables of consents, in the events store: statements, the states after them, and messages about them.

An address is known by the SHA-256 of its lower case; none is stored. Times are ms since the epoch.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, String, Table

from pipeline.stores.event_metadata import BigId, event_metadata

# Statements, never changed: each has a hash over itself and the hash of the one before. An erasure deletes
# the evidence; its digest stays.
consent_statements = Table(
    "consent_statements",
    event_metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),  # 1, 2, 3: none is missing
    Column("key", String, nullable=False, unique=True),  # SHA-256; a repeat of the statement has the same
    Column("address", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("name", String, nullable=False),  # of the consents that took it
    Column("wish", String, nullable=False),  # out, in
    Column("kind", String, nullable=False),
    Column("source", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),  # after it
    Column("effect", String, nullable=False),  # out, in: both sides are told; "": nothing is told
    Column("evidence", JSON(none_as_null=True)),  # None: erased
    Column("evidence_digest", String, nullable=False),
    Column("noted_at", BigInteger, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
    Index("ix_consent_statements_address", "address", "channel"),
    Index("ix_consent_statements_source", "source", "effect", "noted_at"),
)

# The states that statements lead to.
consent_states = Table(
    "consent_state",
    event_metadata,
    Column("address", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("opened", BigInteger, nullable=False),  # -1: never
    Column("out_at", BigInteger, nullable=False),  # -1: never
    Column("in_at", BigInteger, nullable=False),  # -1: never
    Column("status", String, nullable=False),  # out, in, "": not known
    Column("statement", BigInteger, nullable=False),  # that led to this status
    Column("tells", BigInteger, nullable=False, server_default="0"),  # how often both sides were told of it
    Index("ix_consent_state_status", "channel", "status"),
    sqlite_with_rowid=False,
)

# The state that each destination was told, and when its answer came.
consent_tells = Table(
    "consent_told",
    event_metadata,
    Column("statement", BigId, primary_key=True, autoincrement=False),
    Column("destination", String, primary_key=True),
    Column("address", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("status", String, nullable=False),  # out, in
    Column("sent_at", BigInteger, nullable=False),
    Column("settled_at", BigInteger),  # None: no answer yet
    Column("verdict", String, nullable=False, server_default=""),  # delivered, unchanged, or a code
    Column("waits", Boolean, nullable=False, index=True),  # it has not taken it yet
    Column("first_at", BigInteger, nullable=False, server_default="0"),  # told first; sent_at: last
    Column("known_at", BigInteger),  # the first answer that it has it
    Index("ix_consent_told_address", "address", "channel"),
    sqlite_with_rowid=False,
)

# Sources from which so many opt out within an hour that nothing is passed on until a person has looked.
consent_bursts = Table(
    "consent_bursts",
    event_metadata,
    Column("name", String, primary_key=True),  # of the consents
    Column("source", String, primary_key=True),
    Column("since", BigInteger),  # None: it was released
    Column("amount", BigInteger, nullable=False, server_default="0"),
    Column("people", BigInteger, nullable=False, server_default="0"),
    Column("released_at", BigInteger),
    sqlite_with_rowid=False,
)

# Records with a box that differs from the state, while our own write may be under way: they are read once
# more after its answer.
consent_doubts = Table(
    "consent_doubts",
    event_metadata,
    Column("name", String, primary_key=True),  # of the consents
    Column("source", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("address", String, nullable=False, index=True),
    sqlite_with_rowid=False,
)
