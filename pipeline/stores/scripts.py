"""Load the Lua scripts that lie in ``lua/``; ``#include NAME`` puts ``NAME.inc.lua`` in its place.

Every script may be repeated: it carries the attempt or the claim it belongs to, and a second run finds
that nothing is left to do. So a command whose answer was lost is simply sent again.
"""

import re
import time
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import Any

import redis
from redis.exceptions import NoScriptError

from pipeline.stores.redis_client import GO_ON

PAUSES = (0.05, 0.25, 1.0)  # seconds before each repeat of a script whose answer was lost

Argument = str | bytes | int | float


@cache
def source(name: str) -> str:
    """Return the text of one script, its includes put in."""
    text = (files("pipeline") / "lua" / f"{name}.lua").read_text("utf-8")
    return re.sub(r"^#include (\w+)$", lambda match: source(f"{match[1]}.inc"), text, flags=re.MULTILINE)


class Scripts:
    """The scripts, ready to run on one server."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def run(self, name: str, keys: Sequence[str] = (), args: Sequence[Argument] = (), **options: Any) -> Any:
        """Run one script, again when the connection broke before its answer came.

        On a full server it is run all the same, or nothing would ever leave. It has done nothing when it is
        refused: only its first change can be. Commands that read may go ``behind`` it, at one go; the
        answers of all are returned then. What they bring would cost several times as much through Lua.
        """
        try:
            return patiently(lambda: self._run(source(name), keys, args, **options))
        except redis.OutOfMemoryError:
            return patiently(lambda: self._run(GO_ON + source(name), keys, args, **options))

    def _run(self, text: str, keys: Sequence[str], args: Sequence[Argument], **options: Any) -> Any:
        execute: Callable[..., Any] = self._client.execute_command
        call = ("EVALSHA", digest(text), len(keys), *keys, *args)
        try:
            return execute(*call, **options)
        except NoScriptError:
            self._client.script_load(text)
            return execute(*call, **options)


@cache
def digest(text: str) -> str:
    """Return the name under which a server knows a script."""
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def patiently(command: Callable[[], Any]) -> Any:
    """Do what may be repeated, again when the connection broke before the answer came.

    A server that was restarted just when it had been told a script does not know it; nothing was done then.
    """
    for pause in PAUSES:
        try:
            return command()
        except (redis.ConnectionError, redis.TimeoutError, NoScriptError):
            time.sleep(pause)
    return command()
