"""Authorization: keys of the API, and the scope that each endpoint needs."""

import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, request

from pipeline.operate.keys import ApiKey
from pipeline.web.keyring import KeyRing
from pipeline.web.problems import Problem

View = TypeVar("View", bound=Callable[..., Any])

OPEN = "open"  # an endpoint that needs no key
MOST_REFUSED = 10  # wrong keys from one address within
REFUSAL_WINDOW = 60.0  # seconds
MOST_ADDRESSES = 10_000  # of which refusals are remembered


def needs(scope: str) -> Callable[[View], View]:
    """Mark a view with the scope that a key needs for it, or with ``OPEN``."""

    def mark(view: View) -> View:
        view.needs = scope  # type: ignore[attr-defined]
        return view

    return mark


class RefusedKeys:
    """Refused keys by address, so that keys cannot be tried out; each process counts by itself."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._times: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=MOST_REFUSED))

    def note(self, address: str) -> None:
        """Note a refused key."""
        if len(self._times) >= MOST_ADDRESSES:
            self._times.clear()
        self._times[address].append(self._now())

    def wait(self, address: str) -> float:
        """Return the seconds for which further wrong keys of ``address`` are not looked at; 0: none."""
        times = self._times.get(address)
        if not times or len(times) < MOST_REFUSED:
            return 0.0
        return max(0.0, times[0] + REFUSAL_WINDOW - self._now())


def authorise() -> None:
    """Find the key of the request and hold it to the scope of its endpoint; before anything else is read."""
    if getattr(current_app.blueprints.get(request.blueprint or ""), "has_sessions", False):
        return  # the console's own door admits, see console/guard.py
    view = current_app.view_functions.get(request.endpoint or "")
    scope = getattr(view, "needs", None) or ("read" if view is None else OPEN)
    if scope == OPEN or (view is None and not request.path.startswith("/v1/")):
        return
    g.key = key = key_of_request()
    if view is not None and not key.grants(scope):
        raise Problem("forbidden", f'This needs a key with scope "{scope}".', needs=scope)
    audience = (request.view_args or {}).get("audience")
    if audience is not None and key.audiences and audience not in key.audiences:
        detail = "The audience is not among those of this key: use a key that has it."
        raise Problem("forbidden", detail, needs=scope)


def key_of_request() -> ApiKey:
    """Return the key in ``Authorization``; raises Problem when there is none that counts."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise Problem("unauthenticated", "Send `Authorization: Bearer KEY`.")
    ring: KeyRing = current_app.extensions["keyring"]
    key = ring.find(text.strip())
    if key is None:
        raise refusal(ring)
    return key


def refusal(ring: KeyRing) -> Problem:
    """Return the answer to a key that is not known, or has ended: which of the two is not told."""
    if not ring.current:
        detail = "Keys cannot be looked up now; those known before are served. Try again in some seconds."
        return Problem("store-unavailable", detail)
    refusals: RefusedKeys = current_app.extensions["refusals"]
    address = request.remote_addr or ""
    if wait := refusals.wait(address):
        headers = {"Retry-After": str(int(wait) + 1)}
        detail = "Too many wrong keys came from this address: wait for `Retry-After`; a right key is served."
        return Problem("too-many-attempts", detail, headers)
    refusals.note(address)
    return Problem(
        "unauthenticated", "This key is not known, or has ended: `activation keys list` shows keys."
    )
