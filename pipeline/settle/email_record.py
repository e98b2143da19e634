"""E-mails of a call: those that went out, in the record of their batch, and those with an unknown outcome.

The value ``batches.emails`` is MessagePack: ``[seconds since the epoch or null, campaign, digests]``. The
digests are eight bytes for each row of the batch, by position: the beginning of the SHA-256 of its address,
or NOBODY for a row that was not sent, or was erased.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import msgpack
from sqlalchemy import Connection, select, update

from pipeline.model.email_call import EmailCall
from pipeline.stores.tables import batches

UNKNOWN_CODES = ("Timeout", "OutcomeUnknown")  # of rows that went out in a call without an answer
WIDTH = 8  # bytes of a digest
NOBODY = bytes(WIDTH)

Packed = tuple[float | None, str, bytes]


@dataclass(frozen=True)
class EmailsOut:
    """The e-mails of one call by the positions of their rows; ``unknown`` are the rows of unknown outcome.

    ``called_at``: when the call began, in seconds since the epoch; None: it was not noted.
    """

    called_at: float | None
    of: Mapping[int, EmailCall]
    unknown: Collection[int] = field(default_factory=frozenset)

    def unknown_email(self, position: int) -> dict[str, Any] | None:
        """Return the e-mail of a row for its dead letter; None if its outcome is known, or no begin is."""
        if position not in self.unknown or self.called_at is None or position not in self.of:
            return None
        email = self.of[position]
        began = datetime.fromtimestamp(self.called_at, UTC)
        return {
            "campaign": email.campaign,
            "address": email.address,
            "began_at": began.isoformat(),
            "until": (began + timedelta(seconds=email.within)).isoformat(),
        }


def pack_emails(out: EmailsOut, rows: int) -> bytes:
    """Return the value for a batch of so many rows, with those of its e-mails that went out."""
    known = {position: email for position, email in out.of.items() if position not in out.unknown}
    digests = [digest_of(known[n].address) if n in known else NOBODY for n in range(rows)]
    campaign = next((email.campaign for email in out.of.values()), "")
    return msgpack.encode((out.called_at, campaign, b"".join(digests)))


def digest_of(address: str) -> bytes:
    """Return the beginning of an address's SHA-256."""
    return bytes.fromhex(address[: 2 * WIDTH])


def unpack_emails(value: bytes) -> tuple[float | None, str, list[bytes]]:
    """Return when the call began, its campaign, and the digests of the addresses it went to."""
    called_at, campaign, joined = msgpack.decode(value, type=Packed)
    digests = [joined[at : at + WIDTH] for at in range(0, len(joined), WIDTH)]
    return called_at, campaign, [digest for digest in digests if digest != NOBODY]


def erase_emails(connection: Connection, batch: str, positions: Collection[int]) -> None:
    """Take rows out of the e-mails of a batch."""
    value = connection.scalar(select(batches.c.emails).where(batches.c.id == batch))
    if value is None:
        return
    called_at, campaign, joined = msgpack.decode(value, type=Packed)
    digests = bytearray(joined)
    for position in positions:
        digests[position * WIDTH : (position + 1) * WIDTH] = NOBODY
    packed = msgpack.encode((called_at, campaign, bytes(digests)))
    connection.execute(update(batches).where(batches.c.id == batch).values(emails=packed))
