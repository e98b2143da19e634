"""Lanes: rows in Redis from the moment they are accepted until they are settled.

The keys are drawn in the docstring of this room.
"""

import time
import uuid
from collections.abc import Sequence
from hashlib import sha1
from typing import Any

import redis

from pipeline.lanes.batch import FIELDS, Batch, ClaimedBatch, Contents, batch_of
from pipeline.lanes.claim_script import claim_args, claimed_batch
from pipeline.lanes.leases import CALL_LEASE, CALL_LEASE_MS, CLAIM_LEASE, Leases
from pipeline.lanes.milliseconds import ms
from pipeline.lanes.polls import Polls
from pipeline.lanes.quota import Quota
from pipeline.stores.broker import decoded
from pipeline.stores.scripts import PAUSES, Argument, Scripts


class Lanes:
    """The lanes of all destinations on one server."""

    def __init__(self, client: redis.Redis, pauses: Sequence[float] = PAUSES, worker: str = "") -> None:
        """``pauses``: seconds before each repeat of a command without an answer. ``worker``: see life.py."""
        self._client = client
        self._scripts = Scripts(client, pauses)
        self.polls = Polls(self._scripts)
        self.leases = Leases(client, self._scripts)
        self._worker = worker

    def claim(self, quota: Quota, *, read: bool = False) -> ClaimedBatch | float | None:
        """Claim the next batch that is due, with the permit for its call.

        ``read``: return a new batch with its contents. Returns the seconds after which to claim again if
        nothing may go; None if only an event helps (new rows, the end of a call, a person's decision).
        """
        if read:
            return self._claim_and_read("claim", quota)[1]
        return claimed_batch(self._scripts.run("claim", args=claim_args(quota, uuid.uuid4().hex)))

    def batch(self, batch: str) -> Batch | None:
        """Read one batch; None if it has been settled."""
        found = self.read_batch(batch)
        return found and found[0]

    def read_batch(self, batch: str, *, deliver: bool = False) -> Contents | None:
        """Read one batch and its rows; None if it was settled. ``deliver``: the worker goes on with it."""
        answer = self._scripts.run("read_batch", args=[batch, self._worker if deliver else ""])
        if not answer:
            return None
        fields, lines, rows = answer
        texts = list(map(bytes.decode, fields))
        known = dict(zip(texts[::2], texts[1::2], strict=True))
        return batch_of(batch, known), list(zip(lines, rows, strict=True))

    def line(self, batch: Batch, position: int) -> str:
        """Return the line of the row at a position of a batch."""
        found: Any = self._client.zrange(f"batch:{batch.id}:rows", position, position)
        return decoded(found[0])

    def begin(
        self, batch: Batch, progress: str = "", *, call: bool = True, lasting: bool = False
    ) -> bool | None:
        """Note that a call is about to go out, or an end without one.

        False when another attempt has the batch, or sending was stopped; None when it comes too late for its
        permit, a window after it was claimed, and needs another. ``progress``: the step reached and the
        rejections so far, as JSON; "" for none. ``lasting``: no promotion may forget it; its time is kept.
        """
        begun_by = uuid.uuid4().hex
        args: list[Argument] = [batch.id, batch.attempt, CALL_LEASE_MS, begun_by, progress]
        args += [int(call), int(lasting)]
        answer = int(self._scripts.run("begin", args=args, wait="all" if lasting else "none"))
        return None if answer < 0 else bool(answer)

    def give_back(self, batch: Batch) -> bool:
        """Return the batch's rows to their lane; False if a worker has begun or ended it."""
        return bool(self._run("give_back", batch))

    def settle(self, batch: Batch, returned: Sequence[int] = ()) -> bool:
        """Let the batch's rows leave; those at the positions ``returned``, from 0, go back to their lane."""
        args: list[Argument] = [batch.id, batch.attempt, len(returned), *returned]
        return bool(self._scripts.run("settle", args=args, wait="some")[0])

    def settle_and_claim(
        self, batch: Batch, returned: Sequence[int], quota: Quota
    ) -> tuple[bool, ClaimedBatch | float | None]:
        """Settle a batch like ``settle``, and claim and read the next one in the same script."""
        args: list[Argument] = [batch.id, batch.attempt, len(returned), *returned]
        (settled, _), claimed = self._claim_and_read("settle", quota, args)
        return bool(settled), claimed

    def retry(self, batch: Batch, *, delay: float, spend: bool, refund: bool) -> int:
        """Put the batch aside for ``delay`` seconds; return the tries used up, -1 if it has another attempt.

        ``spend``: this was one of its tries. ``refund``: the call was not made, its permit is free again.
        """
        return self._run("retry", batch, ms(delay), int(spend), int(refund))

    def wait_for_step(
        self, batch: Batch, function: str, progress: str, *, delay: float, refund: bool, outside: bool
    ) -> bool:
        """Let the batch wait for a permit of the function that its next step needs.

        ``refund``: the permit it came with was not used. ``outside``: it takes no slot of its connector while
        it waits. False if the batch has another attempt.
        """
        wait_ms = ms(delay)
        return bool(self._run("wait_for_step", batch, function, progress, wait_ms, int(refund), int(outside)))

    def submitted(self, batch: Batch, request: str, delay: float) -> bool:
        """Note that the answer comes later, under ``request``; False if the batch has another attempt."""
        return bool(self._run("submitted", batch, request, ms(delay)))

    def split(self, batch: Batch, first: str = "", second: str = "") -> bool:
        """Halve the batch; the halves wait for permits of their own, and keep their progress."""
        first_id, second_id = uuid.uuid4().hex, uuid.uuid4().hex
        return bool(self._run("split", batch, first_id, second_id, first, second))

    def set_apart(
        self, batch: Batch, positions: Sequence[int], progress: str, *, apart_progress: str, delay: float
    ) -> bool:
        """Let rows leave the batch into a batch of their own, which is tried again after ``delay`` seconds.

        That takes no slot of its connector while it waits. ``progress``: of the rows that stay. False if the
        batch has another attempt.
        """
        apart_id = sha1(f"{batch.id} {batch.attempt}".encode(), usedforsecurity=False).hexdigest()[:32]
        args: list[Argument] = [batch.rows, apart_id, ms(delay), apart_progress, progress, *positions]
        return bool(self._run("set_apart", batch, *args))

    def return_rows(self, batch: Batch, positions: Sequence[int], progress: str) -> bool:
        """Let rows leave the batch and go back to their lane; ``progress``: of the rows that stay.

        False if the batch has another attempt.
        """
        return bool(self._run("set_apart", batch, batch.rows, "", 0, "", progress, *positions))

    def extend(self, batch: Batch, lease: float = CALL_LEASE) -> bool:
        """Keep the batch for ``lease`` seconds from now; False if that was overtaken, or submitted."""
        return bool(self._run("extend", batch, ms(lease)))

    def flush(self, destination: str) -> int:
        """Make all waiting rows of a destination due now; return their number."""
        return int(self._scripts.run("flush", args=[destination]))

    def _run(self, script: str, batch: Batch, *args: Argument) -> int:
        """Run a script with the batch and its attempt as first arguments."""
        return int(self._scripts.run(script, args=[batch.id, batch.attempt, *args]))

    def _claim_and_read(
        self, script: str, quota: Quota, before: Sequence[Argument] = ()
    ) -> tuple[Any, ClaimedBatch | float | None]:
        """Run a script that ends with a claim; return its answer, and the batch.

        Reading after the claim is safe: until the lease ends no other worker changes the rows, and after it
        ``begin`` refuses this attempt.
        """
        new, began = uuid.uuid4().hex, time.monotonic()
        reads = [("HMGET", f"batch:{new}", *FIELDS), ("ZRANGE", f"batch:{new}:rows", 0, -1)]
        args = [*before, *claim_args(quota, new, self._worker)]
        answer, fields, lines = self._scripts.run(
            script, args=args, reads=reads, wait="some" if before else "none"
        )
        claimed = claimed_batch(answer[1] if before else answer)
        if isinstance(claimed, ClaimedBatch) and claimed.batch == new and lines:
            contents = self._contents(new, fields, lines)
            late = time.monotonic() - began > CLAIM_LEASE  # another worker may have it now, with other rows
            claimed = claimed._replace(contents=None if late else contents)
        return answer, claimed

    def _contents(
        self, batch: str, fields: Sequence[bytes | None], lines: Sequence[bytes]
    ) -> Contents | None:
        known = {
            name: decoded(value) for name, value in zip(FIELDS, fields, strict=True) if value is not None
        }
        key = f"rows:{known['destination']}"
        rows = self._scripts.read(("HMGET", key, *lines))
        return (batch_of(batch, known), list(zip(lines, rows, strict=True))) if all(rows) else None
