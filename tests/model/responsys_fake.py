"""Responsys as a fake at the wire: it answers, refuses or falls silent, and remembers every call."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from tests.model.clock import Clock
from tests.model.crash_table import Reached
from tests.model.faults import Trips

HOST = "https://far.responsys.net"
SILENT = {"gateway after", "reset", "reset after", "timeout after", "short after"}  # what it did is not known


@dataclass
class Call:
    """One call that arrived; ``rows`` are (profile, columns)."""

    at: float
    account: str
    function: str
    destination: str
    rows: list[tuple[str, dict[str, str]]]
    behaviour: str
    held_up: float = 0.0  # seconds on its way
    processed: list[int] = field(default_factory=list)  # positions of rows that took effect
    told: bool = False  # an answer was given that says so


class ResponsysFake(BaseAdapter):
    """All accounts of one Responsys; ``behaviours`` say how it treats the next calls."""

    def __init__(self, clock: Clock, trips: Trips, reached: Reached, arrives: Callable[[Call], None]) -> None:
        super().__init__()
        self._clock, self._trips, self._reached, self._arrives = clock, trips, reached, arrives
        self.behaviours: list[str] = []
        self.calls: list[Call] = []
        self.records: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)  # by destination and profile

    def send(self, request, **_: Any):
        return self._trips.trip(
            "HTTP", lambda: self._receive(request), lambda: requests.ConnectionError("reset")
        )

    def close(self) -> None:
        """Nothing is open."""

    def _receive(self, request) -> requests.Response:
        if request.url.endswith("/auth/token"):
            name = parse_qs(request.body)["user_name"][0]
            return answer(200, {"authToken": f"token-{name}", "endPoint": HOST})
        behaviour = self.behaviours.pop(0) if self.behaviours else "answer"
        self._reached.met(behaviour, silent=behaviour in SILENT)
        if behaviour == "unreachable":
            raise requests.ConnectionError("connection refused")
        call = self._read(request, behaviour)
        self.calls.append(call)
        self._arrives(call)
        return self._treat(call)

    def _read(self, request, behaviour: str) -> Call:
        text = b"".join(request.body) if request.body is not None else b""
        destination, function, rows = read(urlsplit(request.url), text)
        account = request.headers["Authorization"].removeprefix("token-")
        return Call(self._clock.now, account, function, destination, rows, behaviour)

    def _treat(self, call: Call) -> requests.Response:
        how = call.behaviour.partition(" ")[0]
        if how in REFUSALS:
            return answer(*REFUSALS[how])
        if call.behaviour == "reset":
            raise requests.ConnectionError("reset")
        refused = {0} if how == "spoilt" else set()
        self._do(call, refused)
        if how == "gateway":
            return answer(502, "<html>Bad Gateway</html>")
        if how == "timeout":
            raise requests.ReadTimeout
        if how == "reset":
            raise requests.ConnectionError("reset")
        call.told = how != "short"
        return answer(200, verdicts(call, refused, short=how == "short"))

    def _do(self, call: Call, refused: set[int]) -> None:
        for position, (profile, columns) in enumerate(call.rows):
            if position in refused:
                continue
            call.processed.append(position)
            key = (call.destination, profile)
            if call.function.startswith("delete"):
                self.records.pop(key, None)
            elif not call.function.startswith("trigger"):
                self.records[key].update(columns)


def refusal(code: str, status: int = 400) -> tuple[int, Any]:
    return status, {"type": "", "title": "", "errorCode": code, "detail": "", "errorDetails": []}


REFUSALS = {
    "throttled": refusal("API_LIMIT_EXCEEDED", 401),
    "exhausted": refusal("INTERNAL_CAPACITY_LIMIT_EXCEEDED"),
    "busy": refusal("SERVICE_UNAVAILABLE", 503),
    "isolate": refusal("INVALID_PARAMETER"),
    "refused": refusal("SOMETHING_NEW"),
    "missing": refusal("LIST_NOT_FOUND", 404),
    "expired": refusal("TOKEN_EXPIRED", 401),
}
BEHAVIOURS = ["answer", "unreachable", "spoilt", *REFUSALS, *sorted(SILENT)]


def read(url, text: bytes) -> tuple[str, str, list[tuple[str, dict[str, str]]]]:
    """Return the destination, the function, and the rows of a call."""
    body = json.loads(text) if text else {}
    if "/events/" in url.path:
        people = [{one["name"]: one["value"] for one in row["optionalData"]} for row in body["recipientData"]]
        return "event", "triggerCustomEvent", [(one.pop("profileId"), one) for one in people]
    if not text:
        (profile,) = parse_qs(url.query)["id"]
        return "table", "deleteSupplementalTableMember", [(profile, {})]
    data = body["recordData"]
    rows = [dict(zip(data["fieldNames"], record, strict=True)) for record in data["records"]]
    if "/lists/" in url.path:
        return "list", "mergeListMembers", [(row.pop("CUSTOMER_ID_"), row) for row in rows]
    return "table", "mergeSupplementalTableMembers", [(row.pop("CUSTOMER"), row) for row in rows]


def verdicts(call: Call, refused: set[int], *, short: bool) -> Any:
    """Answer row by row; a short answer lacks the last."""
    rows = list(enumerate(call.rows))[: len(call.rows) - short]
    if call.function == "triggerCustomEvent":
        said = [None if n not in refused else "NO_RECIPIENT_FOUND: nobody" for n, _ in rows]
        return [{"errorMessage": each, "success": each is None, "recipientId": -1} for each in said]
    records = [
        [f"MERGEFAILED: Record {n} = INVALID_PARAMETER: no"] if n in refused else ["4711"] for n, _ in rows
    ]
    return {"recordData": {"fieldNames": ["RIID_"], "records": records, "mapTemplateName": None}}


def answer(status: int, content: Any) -> requests.Response:
    """Make a response."""
    made = requests.Response()
    made.status_code = status
    body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    made.raw = HTTPResponse(BytesIO(body), preload_content=False)
    return made
