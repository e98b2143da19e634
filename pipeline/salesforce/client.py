"""Calls to one org: authorised, sent once, and judged by their answers."""

import re
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
import requests

from pipeline.errors import Held, OutcomeUnknown, RetryLater
from pipeline.model.call import Call
from pipeline.model.day_use import DayUse
from pipeline.salesforce.calls import TAG, WRITING
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.errors import error_of
from pipeline.salesforce.org_notes import OrgNotes, is_deprecated, read_use
from pipeline.wire.account_login import TokenRefused
from pipeline.wire.deadlines import within
from pipeline.wire.token_store import Token
from pipeline.wire.tokens import Tokens
from pipeline.wire.transport import CallBody, Reply, decoded, received, request_of

ORG = re.compile(r"00D[0-9A-Za-z]{12}")
REFUSED_AGAIN = "new sessions are refused, too: look at the app's policies and at the user's IP ranges"


class SalesforceClient:
    """Sends the calls of one connector; may be shared by threads."""

    def __init__(
        self,
        connector: SalesforceConnector,
        tokens: Tokens[SalesforceConnector],
        *,
        session: requests.Session,
        notes: OrgNotes,
        connect_timeout: float = 10,
        read_timeout: float = 60,
        call_timeout: float = 120,
    ) -> None:
        self.connector = connector
        self.use: DayUse | None = None  # as the last answer told it
        self.now = 0  # ms since the epoch, by the clock of the last answer
        self.org = ""  # id of the org, 15 characters, as the last token told it
        self.is_deprecated = False  # whether the last answer announced the end of our version
        self._tokens = tokens
        self._session = session
        self._notes = notes
        self._timeout = (connect_timeout, read_timeout)
        self._call_timeout = call_timeout
        self._is_refused = False  # whether a new token was refused, and none was accepted since

    def ready(self) -> None:
        """Make sure that there is a token before anything is sent; may log in. Raises CallError."""
        with within(self._call_timeout):
            self._tokens.get(self.connector)

    def send(self, call: Call) -> Any:
        """Send ``call`` and return the decoded answer.

        A token that is refused is replaced once, and the call sent again with the same headers; it was not
        looked at before. A new token that is refused may have been revoked meanwhile; if that happens to the
        next one, too, the connector is held. Raises CallError.
        """
        content = None if call.body is None else msgspec.json.encode(call.body)
        headers = {"Sforce-Call-Options": f"client={TAG}", **(WRITING if content is not None else {})}
        with within(self._call_timeout):
            token = self._tokens.get(self.connector)
            try:
                return self._attempt(call, content, headers, token)
            except TokenRefused:
                return self._attempt_again(call, content, headers)

    def poll(self, _requests: Sequence[str]) -> Mapping[str, Any]:
        """Return nothing: all answers come at once."""
        return {}

    def find_org(self) -> str:
        """Return the id of the org, "" if its token does not tell it; may log in. Raises CallError."""
        with within(self._call_timeout):
            return org_of(self._tokens.get(self.connector))

    def log_in(self) -> str:
        """Log in even if a token is stored; return the host that calls go to."""
        return self._tokens.log_in(self.connector).end_point

    def close(self) -> None:
        """Close the session's connections that no thread uses."""
        self._session.close()

    def _attempt(self, call: Call, content: bytes | None, headers: Mapping[str, str], token: Token) -> Any:
        body = None if content is None else CallBody(content)
        self.org = org_of(token)
        sent = {**headers, "Authorization": f"Bearer {token.value}"}
        request = request_of(call.method, token.end_point + call.path, sent, body)
        try:
            return self._judged(received(self._session, request, self._timeout))
        except TokenRefused:
            self._tokens.drop(self.connector, token)
            raise
        except OutcomeUnknown as error:
            if body is None:  # a reading does no harm when it is repeated
                raise RetryLater(error.code, error.detail) from error
            raise

    def _attempt_again(self, call: Call, content: bytes | None, headers: Mapping[str, str]) -> Any:
        was_refused = self._is_refused
        try:
            return self._attempt(call, content, headers, self._tokens.get(self.connector))
        except TokenRefused as error:
            self._is_refused = True
            if was_refused:
                raise Held("connector", error.code, f"{error.detail}: {REFUSED_AGAIN}") from error
            raise

    def _judged(self, reply: Reply) -> Any:
        self.use = read_use(reply.headers) or self.use
        self.now = moment_of(reply.headers.get("Date", "")) or self.now
        self.is_deprecated = is_deprecated(reply.headers)
        self._notes.note(self.connector, reply.headers)
        answer = decoded(reply.content)
        if 200 <= reply.status < 300 and (answer is not None or not reply.content):
            self._is_refused = False
            return answer
        raise error_of(reply.status, answer)


def org_of(token: Token) -> str:
    """Return the id of the org that a token is of: it stands before the first "!"; "" if it does not."""
    org, mark, _ = token.value.partition("!")
    return org if mark and ORG.fullmatch(org) else ""


def moment_of(date: str) -> int:
    """Return the moment of a header ``Date`` in ms, 0 if it is none."""
    try:
        return round(parsedate_to_datetime(date).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
