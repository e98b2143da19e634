"""Load the Lua scripts that lie in ``lua/``; ``#include NAME`` puts ``NAME.inc.lua`` in its place.

Every script may be repeated: it carries the attempt or the claim it belongs to, and a second run finds
that nothing is left to do. So if an answer was lost, the command is simply sent again.
"""

import logging
import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from hashlib import sha1
from importlib.resources import files
from typing import Any, Literal

import redis
from redis.exceptions import NoScriptError

from pipeline.stores.redis_client import GO_ON
from pipeline.stores.replicas import COMMANDS_OF_WAIT, replicas_of, require, wait_commands
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
        self._client = client
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
        try:
            return self.repeat(partial(self._run, source(name), keys, args, reads, wait))
        except redis.OutOfMemoryError:
            return self.repeat(partial(self._run, GO_ON + source(name), keys, args, reads, wait))

    def repeat(self, command: Callable[[], Any]) -> Any:
        """Run a command that may be repeated, again when the connection broke before the answer came."""
        return retrying(command, passing=ANSWER_LOST, pauses=self._pauses, on_error=note)

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
        replicas = 0 if wait == "none" else replicas_of(self._client)
        if not replicas:
            return self._run_text(text, keys, args, reads)
        answers = self._run_text(text, keys, args, [*reads, *wait_commands(replicas)])
        if wait == "all":
            require(replicas, answers)
        answers = answers[:-COMMANDS_OF_WAIT]
        return answers if reads else answers[0]

    def _run_text(
        self, text: str, keys: Sequence[str], args: Sequence[Argument], reads: Sequence[Command]
    ) -> Any:
        call: Command = ("EVALSHA", digest(text), len(keys), *keys, *args)
        execute: Callable[..., Any] = self._client.execute_command
        run = partial(all_of, self._client, [call, *reads]) if reads else partial(execute, *call)
        try:
            return run()
        except NoScriptError:
            self._client.script_load(text)
            return run()


def all_of(client: redis.Redis, commands: Sequence[Command]) -> list[Any]:
    """Run commands at one go and return their answers; raise the first error among them."""
    with client.pipeline(transaction=False) as pipe:
        collect: Callable[..., Any] = pipe.execute_command
        for command in commands:
            collect(*command)
        answers = pipe.execute(raise_on_error=False)  # redis-py would put the command's values into the error
    for answer in answers:
        if isinstance(answer, redis.RedisError):
            raise answer
    return answers


@cache
def digest(text: str) -> str:
    """Return the name under which a server knows a script."""
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def note(error: Exception) -> None:
    """Log why a command is repeated."""
    log.info("Redis asked again", extra={"error": type(error).__name__})
