"""Known e-mails: an answer told that they are out; they are read from the records of batches."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from pipeline.evidence.matching import EmailSending
from pipeline.settle.email_record import digest_of, unpack_emails
from pipeline.stores.database import reading
from pipeline.stores.tables import batches

SETTLED_WITHIN = timedelta(days=1)  # of its call's begin a batch is, as a rule
UNTOLD = timedelta(hours=1)  # before a batch was settled, if the begin of its call was not noted

Recipient = tuple[str, str]  # campaign (name) and address (SHA-256)


@dataclass(frozen=True)
class KnownEmails:
    """E-mails that are out, by campaign and address; ``unrecorded``: batches of which none are kept."""

    sendings: Mapping[Recipient, list[EmailSending]] = field(default_factory=dict)
    unrecorded: tuple[datetime, ...] = ()  # when those batches were settled


def known_emails(
    engine: Engine,
    connectors: Collection[str],
    actions: Collection[str],
    recipients: Collection[Recipient],
    since: datetime,
    until: datetime,
    window: timedelta,
) -> KnownEmails:
    """Read the e-mails of calls that began between ``since`` and ``until``.

    ``actions``: those that send campaigns. ``recipients``: the e-mails to look for.
    """
    wanted = {(campaign, digest_of(address)): (campaign, address) for campaign, address in recipients}
    found: dict[Recipient, list[EmailSending]] = defaultdict(list)
    unrecorded = []
    chosen = select(batches.c.finished_at, batches.c.emails, batches.c.delivered).where(
        batches.c.finished_at.between(since, until + SETTLED_WITHIN),
        batches.c.connector.in_(connectors),
        batches.c.action.in_(actions),
    )
    with reading(engine) as connection:
        for row in connection.execute(chosen):
            if row.emails is not None:
                for key, sending in sendings_of(row.finished_at, row.emails, window):
                    if key in wanted and sending.began >= since.timestamp():
                        found[wanted[key]].append(sending)
            elif row.delivered:
                unrecorded.append(row.finished_at)
    return KnownEmails(found, tuple(unrecorded))


def sendings_of(
    finished_at: datetime, value: bytes, window: timedelta
) -> Iterator[tuple[tuple[str, bytes], EmailSending]]:
    """Yield the e-mails of one batch, by campaign and the beginning of the address's digest."""
    called_at, campaign, digests = unpack_emails(value)
    began = (finished_at - UNTOLD).timestamp() if called_at is None else called_at
    sending = EmailSending(began, began + window.total_seconds(), is_known=True)
    for digest in digests:
        yield (campaign, digest), sending
