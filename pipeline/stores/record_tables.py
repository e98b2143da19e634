"""Tables of the records of a configuration, of their holds and version, and of the store itself."""

from sqlalchemy import JSON, BigInteger, Column, Integer, String, Table, Text

from pipeline.stores.metadata import Moment, metadata

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

# Feeds of audiences on a schedule: queries, objects of Salesforce.
sources = Table(
    "sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("audience", String),  # None: only rules look at its records
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

# Variables that two systems hold and that are kept equal.
pairs = Table(
    "pairs",
    metadata,
    Column("name", String, primary_key=True),
    Column("body", JSON, nullable=False),
)

# The consents of a channel: their sources, and the audience that carries them.
consents = Table(
    "consents",
    metadata,
    Column("name", String, primary_key=True),
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

# One row: the id of this store, and a check of the secret key that belongs to it.
installation = Table(
    "installation",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1
    Column("id", String, nullable=False),  # also in Redis (installation.py)
    Column("key_check", Text),  # the id, sealed by the vault (key_check.py); None: not yet
)
