"""POST a message to a webhook: 5 seconds for an answer of 2xx, and no redirects.

Proxies and certificates are those of the environment, as for calls of connectors.
"""

from collections.abc import Mapping
from functools import cache
from http.client import HTTPException

from urllib3.exceptions import HTTPError

from pipeline.alerts.failure import NotDelivered, in_words
from pipeline.wire.connections import Adapter
from pipeline.wire.deadlines import WATCH, within
from pipeline.wire.transport import CallBody, innermost, request_of
from schemas.channel import hook_problem

ANSWER_SECONDS = 5.0


def post(
    url: str, body: bytes, headers: Mapping[str, str] | None = None, seconds: float = ANSWER_SECONDS
) -> None:
    """Send JSON; raises NotDelivered without a word of the URL or the answer."""
    if problem := hook_problem(url):
        raise NotDelivered(f"its URL {problem}")
    try:
        status = status_of(url, body, headers or {}, seconds)
    except (OSError, HTTPException, HTTPError) as error:
        raise NotDelivered(in_words(innermost(error), seconds)) from None
    if 300 <= status < 400:
        raise NotDelivered(f"HTTP {status}: redirects are not followed")
    if not 200 <= status < 300:
        raise NotDelivered(f"HTTP {status}")


def status_of(url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> int:
    """Send the request and return the HTTP status of its answer; the body is not read."""
    request = request_of("POST", url, headers, CallBody(body))
    with within(seconds), WATCH.request():
        response = adapter().send(request, timeout=(seconds, seconds))
        response.close()
    return response.status_code


@cache
def adapter() -> Adapter:
    """Return the connections to webhooks of this process."""
    return Adapter()
