"""A clock that moves only when told, for the scripts in a real Redis, its expiries, and Python."""

from functools import cache
from importlib.resources import files

import redis

from pipeline.accept import intake
from pipeline.produce import appender
from pipeline.produce import headroom as reserve
from pipeline.produce import many as bulk
from pipeline.records import current as current_catalog
from pipeline.responsys import client as responsys
from pipeline.runtime import heartbeat
from pipeline.settle import settlement
from pipeline.stores import retrying
from pipeline.stores import scripts as loader

BY_THE_CLOCK = (
    retrying, settlement, current_catalog, appender, heartbeat, intake, reserve, bulk, responsys,
)  # fmt: skip
START = 1_800_000_000.0
WHAT_IS_NOT_AGED = "newest:"  # how long late changes are recognised is no matter of this model

# ARGV  1 seconds  2 microseconds  3 how much time passes, ms  4 a prefix of keys that stay
PASS = """
redis.call('MSET', 'model:s', ARGV[1], 'model:us', ARGV[2])
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 and string.sub(key, 1, #ARGV[4]) ~= ARGV[4] then
    if left <= tonumber(ARGV[3]) then
      redis.call('DEL', key)
    else
      redis.call('PEXPIRE', key, left - ARGV[3])
    end
  end
end
"""


class Clock:
    """Tells the time like the module ``time``; who sleeps lets it pass."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self.now = START
        self.advance(0)

    def time(self) -> float:
        return self.now

    monotonic = perf_counter = time

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass, for everybody."""
        self.now = round(self.now + seconds, 3)
        whole = int(self.now)
        micros = round((self.now - whole) * 1_000_000)
        self._client.eval(PASS, 0, whole, micros, round(seconds * 1000), WHAT_IS_NOT_AGED)

    def install(self, patch) -> None:
        """Have all of the program go by this clock."""
        for module in BY_THE_CLOCK:
            patch.setattr(module, "time", self)
        patch.setattr("redis.lock.mod_time", self)
        patch.setitem(appender.Appender.__init__.__kwdefaults__, "sleep", self.sleep)
        patch.setitem(retrying.retrying.__kwdefaults__, "sleep", self.sleep)
        patch.setattr(loader, "source", source)


def scripts() -> list[str]:
    """Name all scripts."""
    return sorted(path.name[:-4] for path in (files("pipeline") / "lua").iterdir() if ".inc" not in path.name)


original = loader.source.__wrapped__


@cache
def source(name: str) -> str:
    """Return a script that asks this clock."""
    return original(name).replace("redis.call('TIME')", "redis.call('MGET', 'model:s', 'model:us')")
