"""One exchange with Responsys: a request with its token, and the answer judged by the table of errors."""

from collections.abc import Mapping
from typing import Any

import requests

from pipeline.responsys.errors import code_of, error_of
from pipeline.text.redaction import MASK, Hidden
from pipeline.wire.transport import CallBody, decoded, received, request_of


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
    """Send one request, with the token as it is, without the word Bearer, and return the decoded answer.

    For ``timeout`` and ``public`` see ``wire.transport.received``.

    Raises:
        CallError: as the answer says, or its absence; Held if the host is not public.
    """
    headers = {} if token is None else {"Authorization": token}
    reply = received(session, request_of(method, url, headers, data), timeout, public=public)
    content = reply.content
    if token and (data is None or isinstance(data, CallBody)):  # a login's answer may have the same token
        content = content.replace(token.encode(), MASK.encode())
    answer = decoded(content)
    if 200 <= reply.status < 300 and answer is not None and code_of(answer) is None:
        return answer
    raise error_of(reply.status, decoded(without_secrets(content, token, data)))


def without_secrets(content: bytes, token: str | None, data: CallBody | Mapping[str, str] | None) -> bytes:
    """Return the answer to a request that failed without the secrets that went out with it."""
    secrets = [] if data is None or isinstance(data, CallBody) else [data.get("password")]
    return Hidden([token, *secrets])(content.decode("utf-8", "replace")).encode()
