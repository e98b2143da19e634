"""Tables of outcomes: batches, the dead letters and notes that come of them, and statistics."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from pipeline.stores.metadata import Moment, metadata

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
    Column("prints", LargeBinary),  # of the profiles of its rows (settle/row_prints.py); None: as outcomes
    Column("seconds", Float),  # of its last call; None: it had none, or is of an older version
    Column(
        "emails", LargeBinary
    ),  # recipients of a campaign (settle/email_record.py); None: of none, or no more
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
    Column("state", String, nullable=False),  # open, replayed, dropped, resolved
    Column("settled_at", Moment),
    Column("batch", String),
    # An e-mail with an unknown outcome, and the event that tells of it (settle/unknown_email.py).
    Column(
        "email", JSON(none_as_null=True)
    ),  # its call: campaign, address, times; None: it is no such letter
    Column("replay_began_at", Moment),  # then no look-up changes it any more
    Column("finding", Text),  # of the last look-up, in words; None: there was none
    Column("proven", Boolean),  # it was not sent; None: it is no such letter
    Column("outcome", String),  # of a resolved one: "delivered", or Responsys' code
    Column("evidence", JSON(none_as_null=True)),  # of a resolved one: feed, file, line
    Column(
        "event", String
    ),  # of a resolved one: feed, day and key of its event, which proves one e-mail alone
    # Letters of one state by place, and by age: counting and listing read the index, not a million rows.
    Index("ix_dead_letters_state_place", "state", "connector", "destination", "code", "created_at"),
    Index("ix_dead_letters_state_age", "state", "created_at", "connector", "destination", "code"),
    # Rows that never came into a batch, for the numbers of minutes. Its migration says WHERE batch IS NULL;
    # said here it would load the dialect of PostgreSQL, 0.04 s of CPU, at each start of a command.
    Index("ix_dead_letters_unbatched", "created_at", "connector", "destination"),
    Index("uq_dead_letters_event", "event", unique=True),
    # E-mails with unknown outcomes among a million other letters.
    Index("ix_dead_letters_proven", "proven", "state", "created_at"),
)

# The number of open dead letters, kept by triggers on their table: see its migration. "" stands for none.
open_letters = Table(
    "open_letters",
    metadata,
    Column("connector", String, primary_key=True),
    Column("destination", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("letters", BigInteger, nullable=False),  # 0 once all have gone
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

# Counters that were taken over from Redis, so that none is added twice.
folds = Table(
    "folds",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)
