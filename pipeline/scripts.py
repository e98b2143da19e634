"""Load the Lua scripts that lie in ``lua/``; ``#include NAME`` puts ``NAME.inc.lua`` in its place.

Every script may be repeated: it carries the attempt or the claim it belongs to, and a second run finds
that nothing is left to do. So a command whose answer was lost is simply sent again.
"""

import re
import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import redis

from pipeline.full import GO_ON

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
        self._loaded: dict[str, Callable[..., Any]] = {}

    def run(self, name: str, keys: Sequence[str] = (), args: Sequence[Argument] = ()) -> Any:
        """Run one script, again when the connection broke before its answer came.

        On a full server it is run all the same, or nothing would ever leave. It has done nothing when it is
        refused: only its first change can be.
        """
        try:
            return self.attempt(name, keys, args)
        except redis.OutOfMemoryError:
            script = self._script(name, GO_ON)
            return patiently(lambda: script(keys=keys, args=args))

    def attempt(self, name: str, keys: Sequence[str] = (), args: Sequence[Argument] = ()) -> Any:
        """Run one script unless the server is full, which raises OutOfMemoryError."""
        script = self._script(name)
        return patiently(lambda: script(keys=keys, args=args))

    def _script(self, name: str, prefix: str = "") -> Callable[..., Any]:
        script = self._loaded.get(prefix + name)
        if script is None:
            script = self._loaded[prefix + name] = self._client.register_script(prefix + source(name))
        return script


def patiently(command: Callable[[], Any]) -> Any:
    """Do what may be repeated, again when the connection broke before the answer came."""
    for pause in PAUSES:
        try:
            return command()
        except (redis.ConnectionError, redis.TimeoutError):
            time.sleep(pause)
    return command()
