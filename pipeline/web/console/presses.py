"""Presses of a button: two presses of the same button, or a form that is sent again, do it once.

Keys
    console:press:{id}    the page that the first press led to; "" while it is under way
"""

import re
import secrets
import time
from collections.abc import Callable

import redis
from flask import request

from pipeline.stores.broker import decoded

FIELD = "press"  # of a form: an id that was made with the page
ID = re.compile(r"[0-9a-f]{32}")
KEPT = 3600  # seconds
PATIENCE = 10.0  # seconds that a second press waits for the first one's end
POLL = 0.05  # seconds


def new_press() -> str:
    """Return the id of a button that has not been pressed."""
    return secrets.token_hex(16)


def once(client: redis.Redis, do: Callable[[], str], default: str) -> str:
    """Do it on the first press, and return the page that it leads to; again for every further press.

    ``default``: the page if the first press takes long. A form without the field does it each time.
    """
    identity = request.form.get(FIELD, "")
    if not ID.fullmatch(identity):
        return do()
    key = f"console:press:{identity}"
    if not client.set(key, "", nx=True, ex=KEPT):
        return awaited_page(client, key) or default
    try:
        place = do()
    except BaseException:
        client.delete(key)  # nothing was done, so the next press is the first again
        raise
    client.set(key, place, ex=KEPT)
    return place


def awaited_page(client: redis.Redis, key: str) -> str:
    """Return the page that the first press led to, "" if that is not known in time."""
    deadline = time.monotonic() + PATIENCE
    while not (place := decoded(client.get(key) or b"")) and time.monotonic() < deadline:
        time.sleep(POLL)
    return place
