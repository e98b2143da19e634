"""Produce over HTTP: what got no answer is posted again with its Idempotency-Key, to the next process."""

import http.client
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.chaos.producing import Stream
from tests.chaos.web_processes import KEY, WebProcesses

POST_ROWS = 700  # in a request: two chunks, so that one may be in without the other
TIMEOUT = 20  # seconds for an answer
PAUSE = 0.2  # seconds before a request is repeated


class PostedStream(Stream):
    """Posts the activations of one audience, evenly over a time."""

    def __init__(
        self, webs: WebProcesses, audience: str, rows: Sequence[Mapping[str, Any]], seconds: float
    ) -> None:
        super().__init__("", audience, rows, seconds)
        self.webs = webs
        self.turn = 0  # of the process that is asked next

    def produce(self) -> None:
        """Post body by body; one that is late is followed by the next at once."""
        began = time.monotonic()
        for first in range(0, len(self.rows), POST_ROWS):
            self.post(self.rows[first : first + POST_ROWS], f"{self.audience}-{first}")
            due = began + self.seconds * (first + POST_ROWS) / len(self.rows)
            time.sleep(max(0, due - time.monotonic()))

    def post(self, rows: Sequence[Mapping[str, Any]], key: str) -> None:
        """Post a body until it is known to be in."""
        body = b"\n".join(json.dumps(row).encode() for row in rows)
        while not self.accepted(body, key, len(rows)):
            self.repeated += 1
            self.turn += 1
            time.sleep(PAUSE)

    def accepted(self, body: bytes, key: str, rows: int) -> bool:
        """Post once; False if there was no answer, or one that asks for a repeat."""
        address = self.webs.addresses[self.turn % len(self.webs.addresses)]
        connection = http.client.HTTPConnection(address, timeout=TIMEOUT)
        headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": key}
        headers["Content-Type"] = "application/x-ndjson"
        try:
            connection.request("POST", f"/v1/audiences/{self.audience}/activations", body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status == 202:
            assert json.loads(content)["accepted"] == rows
            return True
        assert answer.status in (408, 503), (answer.status, content[:300])
        return False
