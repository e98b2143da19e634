"""The tables of people, in the events store: records that belong to them, and questions about them.

A person's number is the smallest id of its handles, so a former number is the id of one of its handles.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from pipeline.stores.event_metadata import BigId, event_metadata
from pipeline.stores.metadata import Moment

# A handle is one name of a person in an outside system.
handles = Table(
    "handles",
    event_metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),  # riid, email, salesforce, key
    Column("scope", String, nullable=False),  # of a RIID: account; of a record: org; of a key: its field
    Column("value", String, nullable=False),  # RIID: digits; record: 18 characters; address, key: SHA-256
    Column("label", Text),  # the address itself, if event files have told it
    Column("person", BigInteger, nullable=False, index=True),  # smallest id of the connected handles
    Column("told_at", BigInteger),  # of a RIID: when an answer of Responsys last told it, seconds
    UniqueConstraint("kind", "scope", "value"),
)

# Records of Salesforce that belong to people, by the handles of their ids.
person_records = Table(
    "person_records",
    event_metadata,
    Column("handle", BigId, primary_key=True, autoincrement=False),
    Column("rank", SmallInteger, nullable=False, server_default="3"),  # contact 0, person account 1, lead 2
    Column("digest", BigInteger),  # of all that identifies it; None: named by another record, not read yet
    Column("family", BigInteger),  # digest of the family name
    Column("address", BigInteger, index=True),  # handle of its address
    Column("riid", String),  # that it carries
    Column("active", BigInteger),  # when it last changed, ms since the epoch
    Column("gone", Boolean, nullable=False, server_default="0"),  # deleted, merged away or converted
    Column("conflict", BigInteger, index=True),  # open conflict: nothing is written by it; a partial index
)

# Questions that only a person answers.
conflicts = Table(
    "conflicts",
    event_metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", String, nullable=False),  # family_name, handles
    Column("whose", BigInteger, nullable=False, index=True),  # person
    Column("other", BigInteger, nullable=False, index=True),  # the person it may be
    Column("values", JSON, nullable=False),  # the handles that name other people
    Column("suggestion", String, nullable=False),  # same, apart
    Column("settled", String),  # same, apart, gone (the cause is); None: open
    Column("settled_by", String),
    Column("settled_at", Moment),
    Column("at", Moment, nullable=False),
    Index("ix_conflicts_open", "settled", "id"),
)

# Erased records: the overlap of a stream makes no person of them again.
erased_records = Table(
    "erased_records",
    event_metadata,
    Column("record", String, primary_key=True),  # SHA-256 of its id
    Column("at", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)
