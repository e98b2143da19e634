"""The outbox of a Responsys emulator: the e-mails that it has really sent, as rows of a SENT file."""

import json
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from emulators.sftp.events.layouts import TYPE_IDS
from emulators.sftp.events.moments import written_seconds

PAGE = 1000  # messages


def read_outbox(address: str, account: str | None, since: int) -> list[dict[str, Any]]:
    """Return the messages after the first ``since`` ones."""
    if not address.startswith(("http://127.0.0.1:", "http://localhost:")):
        raise ValueError("the outbox is that of an emulator on this machine")
    found: list[dict[str, Any]] = []
    while True:
        query = {"offset": since + len(found), "limit": PAGE} | ({"account": account} if account else {})
        with urlopen(f"{address}/_control/outbox?{urlencode(query)}", timeout=30) as answer:  # noqa: S310  # nosec B310
            page = json.load(answer)["messages"]
        found += page
        if len(page) < PAGE:
            return found


def row_of(message: dict[str, Any], account: str) -> dict[str, str]:
    """Return the cells of one message's row."""
    at = int(message["time"])
    return {
        "EVENT_TYPE_ID": str(TYPE_IDS["SENT"]),
        "ACCOUNT_ID": account,
        "RIID": str(message["recipientId"]),
        "EVENT_CAPTURED_DT": written_seconds(at),
        "EVENT_STORED_DT": written_seconds(at + 5),
        "CAMPAIGN_ID": str(message["campaignId"]),
        "LAUNCH_ID": str(message["campaignId"]),
        "EMAIL": message["email"] or "",
        "EMAIL_FORMAT": "H",
    }
