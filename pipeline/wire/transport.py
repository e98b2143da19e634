"""Transport: one HTTP request, and the error that says whether it was sent when no good answer comes back.

Whether a failed request was *sent* decides whether an event may be sent again, and the exceptions do not
tell: a TLS error comes from the handshake or from a connection that broke while reading. So the body itself
notes that sending it has begun. Until then the other side cannot have acted on it.
"""

import json
import math
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
from pipeline.wire.codes import OTHER, TIMEOUT, UNKNOWN
from pipeline.wire.deadlines import WATCH
from pipeline.wire.session import PUBLIC

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


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request: its status, its head, and its content, decompressed."""

    status: int
    headers: Mapping[str, str] = field(repr=False)  # names in any case
    content: bytes = field(repr=False)


def request_of(
    method: str, url: str, headers: Mapping[str, str], data: CallBody | Mapping[str, str] | None
) -> requests.PreparedRequest:
    """Return a request; a mapping travels as a form.

    It is prepared without the session, which would look for a password in ~/.netrc and for cookies.
    """
    sent: Any = {**HEADERS, **headers}
    body: Any = data
    if isinstance(data, CallBody):
        sent |= {"Content-Type": JSON, "Content-Length": str(len(data.content))}
    elif data is not None:
        sent["Content-Type"], body = FORM, urlencode(data)
    request = requests.PreparedRequest()
    request.method, request.url, request.headers, request.body = method, quoted(url), sent, body
    return request


@lru_cache(MAX_ADDRESSES)
def quoted(url: str) -> str:
    """Return an address as requests quotes it; most are called often."""
    return str(requests.Request("GET", url).prepare().url)


def received(
    session: requests.Session,
    request: requests.PreparedRequest,
    timeout: tuple[float, float],
    *,
    public: bool = False,
) -> Reply:
    """Send a request and return its answer.

    ``timeout`` is for connecting and between two bytes, in seconds; the deadline of the thread's call
    (deadlines.py) is for all of it. ``public``: the host must be one of the public internet. The session's
    adapter is asked; the session itself would follow redirects and keep cookies.

    Raises:
        RetryLater: nothing was sent.
        OutcomeUnknown: no answer, or none that can be read to its end.
        Held: the host is not public.
    """
    adapter = session.get_adapter((PUBLIC if public else "") + str(request.url))
    try:
        with WATCH.request(), adapter.send(request, stream=True, timeout=timeout) as response:
            content = response.raw.read(MAX_ANSWER + 1, decode_content=True)
    except (OSError, HTTPException, HTTPError) as error:
        raise no_answer(error, request.body) from error
    if len(content) > MAX_ANSWER:
        raise OutcomeUnknown(UNKNOWN, f"the answer has more than {MAX_ANSWER >> 20} MiB")
    return Reply(response.status_code, response.raw.headers, content)


def decoded(content: bytes) -> Any:
    """Return JSON decoded, None for anything else: gateways answer in HTML."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, ValueError):
        return decoded_as_it_is(content)
    except RecursionError:
        return None


def decoded_as_it_is(content: bytes) -> Any:
    """Return JSON in which texts are no Unicode, as a cut emoji leaves one, or numbers are none; else None.

    One value spoils no other one of its answer: a character that cannot be kept becomes "?", a number null.
    """
    try:
        text = content.decode("utf-8", "replace")
        found = json.loads(text, strict=False, parse_constant=lambda _: None, parse_float=finite)
        return msgspec.json.decode(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def finite(number: str) -> float | None:
    """Read a number with a fraction or exponent, None if it is too large for one."""
    found = float(number)
    return found if math.isfinite(found) else None


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
