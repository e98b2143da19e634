"""Load the Lua scripts that lie in ``lua/``; ``#include NAME`` puts ``NAME.inc.lua`` in its place.

Every script may be repeated: it carries the attempt or the claim it belongs to, and a second run finds
that nothing is left to do. So if an answer was lost, the command is simply sent again.
"""

import logging
import re
from collections.abc import Sequence
from functools import cache, partial
from hashlib import sha1
from importlib.resources import files
from typing import Any, Literal, cast

import redis
from redis.exceptions import NoScriptError

from pipeline.stores.redis_client import GO_ON, RedisClient
from pipeline.stores.replicas import COMMANDS_OF_WAIT, require, wait_commands
from pipeline.stores.retrying import retrying

log = logging.getLogger(__name__)

PAUSES = (0.05, 0.25, 1.0)  # seconds before each repeat of a script, after a lost answer
# A worker that has claimed something goes on with it after a fail-over, rather than to let its lease end.
PATIENT_PAUSES = (*PAUSES, *[1.0] * 28)
# A server that is restarted just after it has loaded a script does not know it; the script has not run then.
ANSWER_LOST = (redis.ConnectionError, redis.TimeoutError, NoScriptError)

Argument = str | bytes | int | float
Wait = Literal["none", "some", "all"]
Command = tuple[Argument, ...]


@cache
def source(name: str) -> str:
    """Return the text of one script, its includes put in."""
    text = (files("pipeline") / "lua" / f"{name}.lua").read_text("utf-8")
    return re.sub(r"^#include (\w+)$", lambda match: source(f"{match[1]}.inc"), text, flags=re.MULTILINE)


class Scripts:
    """The scripts, ready to run on one server."""

    def __init__(self, client: redis.Redis, pauses: Sequence[float] = PAUSES) -> None:
        self._client = cast("RedisClient", client)  # as connect() opens them
        self._pauses = pauses

    def run(
        self,
        name: str,
        keys: Sequence[str] = (),
        args: Sequence[Argument] = (),
        reads: Sequence[Command] = (),
        wait: Wait = "none",
    ) -> Any:
        """Run one script, again when the connection broke before its answer came.

        With ``reads``, commands that run after it at one go, the answers of all are returned. Through Lua
        their answers would cost several times as much.

        ``wait``: with "all" it raises TooFewReplicas if the replicas that the client asks for do not have its
        changes in time; with "some" it waits for them as long, and goes on.

        On a full server the script is run all the same, or nothing would ever leave. An out-of-memory refusal
        can only hit its first write, so a refused script has changed nothing and may be run again.
        """
        run = partial(self._run, source(name), keys, args, reads, wait)
        try:
            return retrying(run, passing=ANSWER_LOST, pauses=self._pauses, on_error=note)
        except redis.OutOfMemoryError:
            run = partial(self._run, GO_ON + source(name), keys, args, reads, wait)
            return retrying(run, passing=ANSWER_LOST, pauses=self._pauses, on_error=note)

    def read(self, command: Command) -> Any:
        """Run a command that only reads, again when the connection broke before its answer came."""
        run = partial(self._client.exchange, [command])
        return retrying(run, passing=ANSWER_LOST, pauses=self._pauses, on_error=note)[0]

    def run_once(self, name: str, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        """Run a script with lasting changes, and neither repeat it nor help it on a full server."""
        return self._run(source(name), keys, args, (), "all")

    def _run(
        self,
        text: str,
        keys: Sequence[str],
        args: Sequence[Argument],
        reads: Sequence[Command],
        wait: Wait = "none",
    ) -> Any:
        replicas = 0 if wait == "none" else self._client.replicas
        commands: list[Command] = [("EVALSHA", digest(text), len(keys), *keys, *args), *reads]
        if replicas:
            commands += wait_commands(replicas)
        try:
            answers = self._client.exchange(commands)
        except NoScriptError:
            self._client.script_load(text)
            answers = self._client.exchange(commands)
        if replicas:
            if wait == "all":
                require(replicas, answers)
            answers = answers[:-COMMANDS_OF_WAIT]
        return answers if reads else answers[0]


@cache
def digest(text: str) -> str:
    """Return the name under which a server knows a script."""
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def note(error: Exception) -> None:
    """Log why a command is repeated."""
    log.info("Redis asked again", extra={"error": type(error).__name__})
