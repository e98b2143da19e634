"""Transport: one HTTP request, and the error that says whether it was sent when no good answer comes back.

Whether a failed request was *sent* decides whether an event may be sent again, and the exceptions do not
tell: a TLS error comes from the handshake or from a connection that broke while reading. So the body itself
notes that sending it has begun. Until then Responsys cannot have acted on it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

import msgspec
import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from pipeline.errors import CallError, OutcomeUnknown, RetryLater
from pipeline.responsys.deadlines import WATCH
from pipeline.responsys.errors import OTHER, TIMEOUT, UNKNOWN, code_of, error_of
from pipeline.responsys.session import PUBLIC
from pipeline.text.redaction import MASK, Hidden

MAX_ANSWER = 32 << 20  # bytes, decompressed
MAX_ADDRESSES = 1000  # that are kept as requests quotes them

HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "activation"}
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass
class CallBody:
    """The bytes of a request, which note that sending them has begun."""

    content: bytes = field(repr=False)
    begun: bool = False

    def __iter__(self) -> Iterator[bytes]:
        self.begun = True
        yield self.content


def exchange(
    session: requests.Session,
    method: str,
    url: str,
    *,
    timeout: tuple[float, float],
    token: str | None = None,
    data: CallBody | Mapping[str, str] | None = None,
    public: bool = False,
) -> Any:
    """Send one request and return the decoded answer.

    ``timeout`` is for connecting and between two bytes, in seconds; the deadline of the thread's call
    (deadlines.py) is for all of it. A mapping travels as a form. ``public``: the host must be one
    of the public internet.

    Raises:
        CallError: as the answer says, or its absence; Held if the host is not public.
    """
    status, content = received(
        session, request_of(method, url, token, data), timeout, PUBLIC if public else ""
    )
    if token and (data is None or isinstance(data, CallBody)):  # a login's answer may have the same token
        content = content.replace(token.encode(), MASK.encode())
    answer = decoded(content)
    if 200 <= status < 300 and answer is not None and code_of(answer) is None:
        return answer
    raise error_of(status, decoded(without_secrets(content, token, data)))


def request_of(
    method: str, url: str, token: str | None, data: CallBody | Mapping[str, str] | None
) -> requests.PreparedRequest:
    """Return a request, with the token as it is, without the word Bearer.

    It is prepared without the session, which would look for a password in ~/.netrc and for cookies.
    """
    headers: Any = dict(HEADERS) if token is None else HEADERS | {"Authorization": token}
    body: Any = data
    if isinstance(data, CallBody):
        headers |= {"Content-Type": JSON, "Content-Length": str(len(data.content))}
    elif data is not None:
        headers["Content-Type"], body = FORM, urlencode(data)
    request = requests.PreparedRequest()
    request.method, request.url, request.headers, request.body = method, quoted(url), headers, body
    return request


@lru_cache(MAX_ADDRESSES)
def quoted(url: str) -> str:
    """Return an address as requests quotes it; most are called often."""
    return str(requests.Request("GET", url).prepare().url)


def received(
    session: requests.Session,
    request: requests.PreparedRequest,
    timeout: tuple[float, float],
    mark: str = "",
) -> tuple[int, bytes]:
    """Send a request and return the status and the content of its answer, decompressed.

    The adapter is asked, which the session has for ``mark`` and the address; the session itself would follow
    redirects and keep cookies.

    Raises:
        RetryLater: nothing was sent.
        OutcomeUnknown: no answer, or none that can be read to its end.
    """
    adapter = session.get_adapter(mark + str(request.url))
    try:
        with WATCH.request(), adapter.send(request, stream=True, timeout=timeout) as response:
            content = response.raw.read(MAX_ANSWER + 1, decode_content=True)
    except (OSError, HTTPException, HTTPError) as error:
        raise no_answer(error, request.body) from error
    if len(content) > MAX_ANSWER:
        raise OutcomeUnknown(UNKNOWN, f"the answer has more than {MAX_ANSWER >> 20} MiB")
    return response.status_code, content


def without_secrets(content: bytes, token: str | None, data: CallBody | Mapping[str, str] | None) -> bytes:
    """Return the answer to a request that failed without the secrets that went out with it."""
    secrets = [] if data is None or isinstance(data, CallBody) else [data.get("password")]
    return Hidden([token, *secrets])(content.decode("utf-8", "replace")).encode()


def decoded(content: bytes) -> Any:
    """Return JSON decoded, None for anything else: gateways answer in HTML."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def no_answer(error: Exception, body: object) -> CallError:
    """Return the error for a request without an answer: nothing was sent, or its outcome is unknown."""
    inner = innermost(error)
    late = isinstance(inner, TimeoutError | ReadTimeoutError | requests.Timeout)
    if isinstance(body, CallBody) and not body.begun:
        return RetryLater(OTHER, f"not sent: {type(inner).__name__}")
    return OutcomeUnknown(TIMEOUT if late else UNKNOWN, f"no answer: {type(inner).__name__}")


def innermost(error: BaseException) -> BaseException:
    """Return the error that requests and urllib3 have wrapped; only its name is shown."""
    for inner in (getattr(error, "reason", None), *error.args, error.__cause__):
        if isinstance(inner, BaseException):
            return innermost(inner)
    return error
