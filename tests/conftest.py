"""What all tests share."""

import time
from typing import Any

import fakeredis
import pytest
from hypothesis import HealthCheck, settings
from msgspec import msgpack

from pipeline.stores.redis_client import RedisClient

pytest_plugins = [
    "tests.fixtures.bad_server",
    "tests.fixtures.browser",
    "tests.fixtures.hooks",
    "tests.fixtures.later_tries",
    "tests.fixtures.migrations",
    "tests.fixtures.intake",
    "tests.fixtures.operator",
    "tests.fixtures.oracle",
    "tests.fixtures.pages",
    "tests.fixtures.erasure",
    "tests.fixtures.forking",
    "tests.fixtures.garbage",
    "tests.fixtures.spreading",
    "tests.fixtures.statements",
    "tests.fixtures.stores",
    "tests.fixtures.tls",
    "tests.fixtures.wire",
]

# How fast an example runs is not what is tested, and the machine may be busy.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


class Clock:
    """A clock that moves only when told."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        """Tell the time as ``time.time`` does."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on."""
        self.now += seconds


class FakeClient(fakeredis.FakeRedis, RedisClient):
    """A client of ours for a Redis in this process."""


class CompiledLua:
    """The Lua of a fake server; it compiles a script once and leaves garbage to Lua's own collector."""

    def __init__(self, lua: Any) -> None:
        self._lua = lua
        self._compiled: dict[bytes, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lua, name)

    def execute(self, script: bytes | str) -> Any:
        """Run a script; fakeredis asks for a collection after each."""
        if script == "collectgarbage()":
            return None
        if script not in self._compiled:
            self._compiled[script] = self._lua.compile(script)
        return self._compiled[script]()


@pytest.fixture
def clock(monkeypatch):
    """The time that ``fake_redis`` tells."""
    clock = Clock(1_800_000_000.0)
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture
def fake_redis(clock):
    """A Redis in this process, whose time is ``clock``."""
    return fake_client()


def fake_client() -> FakeClient:
    """Open a Redis in this process, with a server of its own."""
    server = fakeredis.FakeServer()
    client = FakeClient(server=server)
    client.eval("return 1", 0)  # makes its Lua, which has no cmsgpack
    lua = server._lua_runtime
    server._lua_runtime = CompiledLua(lua)
    lua.globals()[b"cmsgpack"] = lua.table_from({b"unpack": lambda raw: for_lua(lua, msgpack.decode(raw))})
    server._lua_expected_globals.add(b"cmsgpack")
    return client


def for_lua(lua, value):
    """Make of a Python value what Lua works with."""
    if isinstance(value, dict):
        return lua.table_from({for_lua(lua, key): for_lua(lua, each) for key, each in value.items()})
    if isinstance(value, list):
        return lua.table_from([for_lua(lua, each) for each in value])
    return value.encode() if isinstance(value, str) else value
