"""Tables of alerts: the state of each rule and subject, and the messages about them."""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Table, Text

from pipeline.stores.metadata import Moment, metadata

# The state last seen of each rule and subject (alerts/states.py); none: ok since ever.
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
