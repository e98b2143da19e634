"""The org of the demo: the control of the Salesforce emulator, as a human at its screen."""

from typing import Any

import requests

TIMEOUT = 30  # seconds


class Org:
    """A running Salesforce emulator."""

    def __init__(self, url: str) -> None:
        self.url = url

    def create(self, record_type: str, **fields: Any) -> str:
        """Save a new record as a human does; return its id."""
        return str(self._order("edit", {"object": record_type, "fields": fields})["id"])

    def edit(self, record_type: str, record: str, **fields: Any) -> None:
        """Change a record as a human does."""
        self._order("edit", {"object": record_type, "id": record, "fields": fields})

    def convert(self, lead: str, opportunity: str) -> dict[str, str]:
        """Convert a lead; return the ids of its new records by their key in Salesforce's answer."""
        answer: dict[str, str] = self._order("convert", {"lead": lead, "opportunity": opportunity})
        return answer

    def is_ticked(self, address: str) -> bool:
        """Tell whether all contacts of an address have the box of opting out ticked."""
        contacts = self._report("records?object=Contact")["records"]
        boxes = [one["HasOptedOutOfEmail"] for one in contacts if one["Email"] == address]
        return bool(boxes) and all(boxes)

    def violations(self) -> int:
        """Return the number of requests that break a rule of Salesforce."""
        return int(self._report("summary")["violations"])

    def _report(self, name: str) -> Any:
        with requests.Session() as session:
            session.trust_env = False  # this machine needs no proxy
            answer = session.get(f"{self.url}/_control/{name}", timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def _order(self, name: str, body: dict[str, Any]) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(f"{self.url}/_control/{name}", json=body, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()
