"""One API call on its way through."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import msgspec

from emulators.salesforce.messages.bodies import unpacked_body
from emulators.salesforce.messages.errors import violation_error
from emulators.salesforce.org.org import Org
from emulators.salesforce.org.saving import Writer
from emulators.salesforce.state.emulator import Emulator
from emulators.salesforce.state.ledger import LedgerEntry
from emulators.serving.messages import Request


@dataclass(slots=True)
class Call:
    """A request to one function, with the parts of the emulator that functions use."""

    function: str
    request: Request
    names: tuple[str, ...]  # the {…} parts of the path, decoded; the version comes first
    emulator: Emulator
    user: str
    entry: LedgerEntry = field(init=False)

    def __post_init__(self) -> None:
        client = self.option(b"sforce-call-options", "client")
        body = self.request.body if self.emulator.behaviour.keep_bodies else b""
        target = self.names[1] if len(self.names) > 1 else ""
        self.entry = LedgerEntry(self.emulator.clock(), self.function, target, client, body=body)

    @property
    def org(self) -> Org:
        """Return the org."""
        return self.emulator.org

    @property
    def base(self) -> str:
        """Return the path of the version that was called."""
        return f"/services/data/v{self.names[0]}"

    @property
    def writer(self) -> Writer:
        """Return the writer of the calling user."""
        allowed = self.option(b"sforce-duplicate-rule-header", "allowSave").lower() == "true"
        return Writer(self.org, self.user, allowed)

    def option(self, header: bytes, name: str) -> str:
        """Return one option of a header such as ``allowSave=true; runAsCurrentUser=true``, empty without."""
        pairs = (part.strip().partition("=") for part in self.request.header(header).split(";"))
        return next((value for key, _, value in pairs if key.lower() == name.lower()), "")

    def query(self, name: str) -> str:
        """Return a parameter of the query string; raises ApiError where it is missing."""
        values = parse_qs(self.request.query, keep_blank_values=True).get(name)
        if not values:
            raise violation_error("MISSING_ARGUMENT", f"the parameter {name} is missing")
        return values[0]

    def body(self, kind: Any) -> Any:
        """Return the body as JSON of a type; raises ApiError."""
        if not self.request.has_type("application/json"):
            raise violation_error("UNSUPPORTED_MEDIA_TYPE", "Content-Type is not application/json")
        try:
            return msgspec.json.decode(unpacked_body(self.request), type=kind)
        except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
            raise violation_error("JSON_PARSER_ERROR", str(error)) from error
