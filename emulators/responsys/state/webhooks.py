"""Webhooks: events of recipients, posted to the callbacks that are subscribed to their types.

Up to ``batchSize`` events go in a call. After three failed attempts they go to ``backupUrl``, three times as
well, and then they are lost: Oracle tells no more of it. An event has neither time nor id.
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.request import Request, urlopen

import msgspec

from emulators.responsys.account.account import Account
from emulators.responsys.account.notifications import Callback
from emulators.responsys.messages.behaviour import Behaviour

ATTEMPTS = 3  # at each place
ANSWER_WINDOW = 10  # seconds
Payload = dict[str, Any]
Post = Callable[[str, Callback, bytes], bool]


class Happening(msgspec.Struct, frozen=True):
    """An event as the control API shows it."""

    time: float  # seconds since the epoch
    account: str
    type: str
    riid: int
    email: str | None
    campaign: str | None = None
    campaign_id: int | None = None


class Webhooks:
    """Events that wait for their callbacks, and the task that posts them."""

    def __init__(self, behaviour: Behaviour, post: Post | None = None) -> None:
        self.behaviour = behaviour
        self.post = post or post_events
        self.tasks: set[asyncio.Task[None]] = set()
        self.clear()

    def clear(self) -> None:
        """Forget all events; a post that is on its way may still arrive."""
        self.happened: list[Happening] = []
        self.waiting: list[tuple[Callback, Payload]] = []
        self.sent = self.lost = self.failed_calls = 0

    def tell(self, account: Account, event_type: str, payload: Payload) -> None:
        """Queue an event for each callback that is subscribed to its type."""
        callbacks = account.notifications.callbacks_for(event_type)
        self.waiting += [(callback, payload) for callback in callbacks]

    def start(self) -> None:
        """Post waiting events in a task of their own, unless one is at it already."""
        if self.waiting and not self.tasks:
            task = asyncio.get_running_loop().create_task(self.post_all())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def post_all(self) -> None:
        """Post all that waits, call by call."""
        while self.waiting:
            callback = self.waiting[0][0]
            batch = [one for one in self.waiting if one[0] is callback][: callback.batchSize]
            has_arrived = await self.post_batch(callback, [payload for _, payload in batch])
            taken = {id(payload) for _, payload in batch}
            self.waiting = [one for one in self.waiting if one[0] is not callback or id(one[1]) not in taken]
            self.sent += len(batch) if has_arrived else 0
            self.lost += 0 if has_arrived else len(batch)

    async def post_batch(self, callback: Callback, events: list[Payload]) -> bool:
        """Try each place three times; tell whether one took the events."""
        body = body_of(events, self.behaviour.webhook_body)
        for url in (callback.url, callback.backup):
            for _ in range(ATTEMPTS if url else 0):
                if await asyncio.to_thread(self.post, str(url), callback, body):
                    return True
                self.failed_calls += 1
                await asyncio.sleep(self.behaviour.webhook_pause)
        return False

    def report(self) -> dict[str, Any]:
        """Return counts, and all that has happened."""
        return {
            "waiting": len(self.waiting),
            "sent": self.sent,
            "lost": self.lost,
            "failed_calls": self.failed_calls,
            "happened": self.happened,
        }


def body_of(events: list[Payload], form: str) -> bytes:
    """Return the body of a call: an array, or objects separated by commas as the samples have it."""
    body = msgspec.json.encode(events)
    return body if form == "array" else body[1:-1]


def post_events(url: str, callback: Callback, body: bytes) -> bool:
    """Post a body with the callback's credentials; tell whether the answer was a 2xx."""
    data = callback.authentication.data
    credentials = b64encode(f"{data.userName}:{data.password}".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {credentials}"}
    try:
        request = Request(url, body, headers)  # noqa: S310  the URL is the test's
        with urlopen(request, timeout=ANSWER_WINDOW) as answer:  # noqa: S310  # nosec B310
            return 200 <= int(answer.status) < 300
    except (OSError, HTTPException, ValueError):
        return False
