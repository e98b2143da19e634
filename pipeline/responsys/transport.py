"""Send one HTTP request and say what is known when no good answer comes back.

Whether a failed request was *sent* decides whether an event may be sent again, and the exceptions do not
tell: a TLS error comes from the handshake or from a connection that broke while reading. So the body itself
notes that sending it has begun. Until then nobody can have acted on it.
"""

from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any

import msgspec
import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, ReadTimeoutError

from pipeline.errors import CallError, OutcomeUnknown, RetryLater
from pipeline.responsys.errors import OTHER, TIMEOUT, UNKNOWN, code_of, error_of
from pipeline.text.redaction import MASK, Hidden

JSON = {"Content-Type": "application/json"}


class Body:
    """The bytes of a request, which note that sending them has begun."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.begun = False

    def __len__(self) -> int:
        return len(self.content)

    def __iter__(self) -> Iterator[bytes]:
        self.begun = True
        yield self.content


class Token(AuthBase):
    """Puts the bare token into the header, without the word Bearer.

    Used even without a token: requests would otherwise look for a password in ~/.netrc.
    """

    def __init__(self, token: str | None) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        if self.token is not None:
            request.headers["Authorization"] = self.token
        return request


def exchange(
    session: requests.Session,
    method: str,
    url: str,
    *,
    timeout: tuple[float, float],
    token: str | None = None,
    data: Body | Mapping[str, str] | None = None,
) -> Any:
    """Send one request and return the decoded answer.

    ``timeout`` is for connecting and between two bytes, in seconds; a mapping travels as a form.
    Raises what ``pipeline.errors`` has for the answer, or for its absence.
    """
    headers = JSON if isinstance(data, Body) else None
    try:
        response = session.request(
            method, url, data=data, headers=headers, auth=Token(token), timeout=timeout, allow_redirects=False
        )
        received = response.content
    except (OSError, HTTPException, HTTPError) as error:
        raise unanswered(error, data) from error
    content = without_token(received, token if isinstance(data, Body | None) else None)
    answer = decoded(content)
    if 200 <= response.status_code < 300 and answer is not None and code_of(answer) is None:
        return answer
    raise error_of(response.status_code, decoded(unsaid(content, token, data)))


def without_token(content: bytes, token: str | None) -> bytes:
    """Return an answer that does not repeat the token; that of a login may well, when it stays the same."""
    return content.replace(token.encode(), MASK.encode()) if token else content


def unsaid(content: bytes, token: str | None, data: Body | Mapping[str, str] | None) -> bytes:
    """Return the answer to a request that failed without the secrets that went out with it."""
    secrets = [] if data is None or isinstance(data, Body) else [data.get("password")]
    return Hidden([token, *secrets])(content.decode("utf-8", "replace")).encode()


def decoded(content: bytes) -> Any:
    """Return JSON decoded, None for anything else: gateways answer in HTML."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def unanswered(error: Exception, data: Body | Mapping[str, str] | None) -> CallError:
    """Say what a request leaves behind that got no answer."""
    inner = innermost(error)
    late = isinstance(inner, TimeoutError | ReadTimeoutError | requests.Timeout)
    if isinstance(data, Body) and not data.begun:
        return RetryLater(OTHER, f"not sent: {type(inner).__name__}")
    return OutcomeUnknown(TIMEOUT if late else UNKNOWN, f"no answer: {type(inner).__name__}")


def innermost(error: BaseException) -> BaseException:
    """Return what requests and urllib3 have wrapped; only its name is ever shown."""
    for inner in (getattr(error, "reason", None), *error.args, error.__cause__):
        if isinstance(inner, BaseException):
            return innermost(inner)
    return error
