"""Calls to one Responsys account: authorised, sent once, and judged by their answers."""

import codecs
import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import requests

from pipeline.errors import CallError, Refused
from pipeline.model.call import Call
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.errors import FailedOver, retry_if_unknown
from pipeline.responsys.exchange import exchange
from pipeline.responsys.requests import answers_in, poll_call, taken_on
from pipeline.wire.account_login import TokenRefused
from pipeline.wire.deadlines import within
from pipeline.wire.end_points import leads_to_public_host
from pipeline.wire.session import open_session
from pipeline.wire.token_store import Token
from pipeline.wire.tokens import Tokens
from pipeline.wire.transport import CallBody

# Over 10 MB the gateway drops the connection without an answer, and the outcome of the call is unknown.
MAX_BODY = 9_500_000  # bytes

LOOK_AGAIN = 1.0  # seconds a token is used before the account's is looked at again
ESCAPED = "activation.json"  # how str.encode is to treat characters that are not ASCII
encode = msgspec.json.Encoder().encode
escape = json.JSONEncoder().encode


class NextCall(threading.local):
    """The token for this thread's next call, and when that must have ended, by ``time.monotonic``."""

    token: Any = None
    ends = 0.0  # then it needs a token anew


class Client:
    """Sends the calls of one connector; may be shared by threads."""

    def __init__(
        self,
        connector: ResponsysConnector,
        tokens: Tokens[ResponsysConnector],
        *,
        session: requests.Session | None = None,
        connect_timeout: float = 10,
        read_timeout: float = 60,
        call_timeout: float = 120,
    ) -> None:
        self._connector = connector
        self._tokens = tokens
        self._session = session or open_session()
        self._timeout = (connect_timeout, read_timeout)
        self._call_timeout = call_timeout
        self._fresh: tuple[Token, float] | None = None  # the last token, and when it was read
        self._next = NextCall()

    def ready(self) -> None:
        """Make sure that there is a token before anything is sent; may log in.

        Raises:
            Held: the login is refused until a person acts.
            RetryLater, Throttled: no token for now.
        """
        began, fresh = time.monotonic(), self._fresh
        if fresh is None or began - fresh[1] > LOOK_AGAIN:  # one that was replaced since is good for a while
            with within(self._call_timeout):
                fresh = self._fresh = (self._tokens.get(self._connector), time.monotonic())
        self._next.token, self._next.ends = fresh[0], began + self._call_timeout

    def send(self, call: Call) -> Any:
        """Send ``call`` and return the decoded answer, or ``Submitted``.

        A token that is refused is replaced once; the call was not looked at then. All of it, with the login
        of ``ready()`` if there was one, takes ``call_timeout`` at most.

        Raises:
            RetryLater: nothing was done there, it may work next time.
            Throttled: a limit is used up.
            Refused: Responsys turned the whole call down for good.
            Held: the account, or an object that the destination names, needs a person's attention.
            OutcomeUnknown: the call was sent, and no answer tells its outcome.
        """
        content = encoded(call)
        if self._next.ends <= time.monotonic():
            self.ready()
        left, self._next.ends = self._next.ends - time.monotonic(), 0.0
        with within(left):
            try:
                answer = self._attempt(call, content, self._next.token)
            except TokenRefused:
                self.ready()
                self._next.ends = 0.0
                answer = self._attempt(call, content, self._next.token)
        return taken_on(answer)

    def poll(self, requests: Sequence[str]) -> Mapping[str, Any]:
        """Return the answers that are there, by request; an error as a CallError. See ``Sender.poll``."""
        return dict(answers_in(self.send(poll_call(requests))))

    def log_in(self) -> str:
        """Log in with the password, even if a token is stored; return the end point that calls go to."""
        return self._tokens.log_in(self._connector).end_point

    def close(self) -> None:
        """Close the session's connections that no thread uses."""
        self._session.close()

    def _attempt(self, call: Call, content: bytes | None, token: Token) -> Any:
        url, body = token.end_point + call.path, None if content is None else CallBody(content)
        public = leads_to_public_host(self._connector.auth_endpoint, token.end_point)
        try:
            return exchange(
                self._session,
                call.method,
                url,
                timeout=self._timeout,
                token=token.value,
                data=body,
                public=public,
            )
        except (TokenRefused, FailedOver):
            self._fresh = None
            self._tokens.drop(self._connector, token)
            raise
        except CallError as error:
            if body is None:
                raise retry_if_unknown(error) from error
            raise


def encoded(call: Call) -> bytes | None:
    r"""Return the body as JSON, all of it ASCII; json.dumps takes five times as long.

    Oracle: an accented character as such may end in INVALID_REQUEST_CONTENT, so it travels as ``\u00e9``.
    """
    if call.body is None:
        return None
    content = encode(call.body)
    if not content.isascii():
        content = content.decode().encode("ascii", errors=ESCAPED)
    if len(content) > MAX_BODY:
        raise Refused("PAYLOAD_TOO_LARGE", f"the body has {len(content)} bytes", isolate=True)
    return content


def escaped(error: UnicodeError) -> tuple[str, int]:
    """Write the characters that are not ASCII as JSON does."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - decoding has no use for this
    return escape(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(ESCAPED, escaped)
