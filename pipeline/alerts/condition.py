"""Conditions: one rule and one subject at the moment of a look."""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, urlencode


class Subject(NamedTuple):
    """The thing that a rule is on."""

    scope: str  # destination, connector, source, import, consents, system
    name: str

    def document(self) -> dict[str, str]:
        """Return it for programs."""
        return self._asdict()


SYSTEM = Subject("system", "system")


@dataclass(frozen=True)
class Condition:
    """Whether a rule's condition holds for a subject, in words and numbers."""

    subject: Subject
    holds: bool
    value: float | None = None
    text: str = ""
    way_out: str = ""
    path: str = "/alerts"  # of the page to look at


def page_of(subject: Subject) -> str:
    """Return the path of a subject's page."""
    if subject.scope == "system":
        return "/"
    return f"/{subject.scope}s/{quote(subject.name, safe='')}"


def letters_page(destination: str, code: str | None = None) -> str:
    """Return the path of the page with a destination's dead letters."""
    chosen = {"destination": destination, **({"code": code} if code else {})}
    return f"/dead-letters?{urlencode(chosen)}"
