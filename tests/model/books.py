"""A look into the stores that nothing befalls: where every row is, and whether the books balance."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from pipeline.model.shard import SHARDS
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.stores.outcome_tables import batches
from tests.model.records import DESTINATIONS
from tests.model.world import World

LOOK = """
local function pairs_of(flat)
  local found = {}
  for i = 1, #flat, 2 do table.insert(found, {flat[i], flat[i + 1]}) end
  return found
end
local found = {
  rows = {}, parked = {}, behind = {}, settings = {},
  lanes = {}, ready = {}, retry = {}, flying = {}, batches = {},
}
for _, d in ipairs(ARGV) do
  found.rows[d] = pairs_of(redis.call('HGETALL', 'rows:' .. d))
  found.parked[d] = redis.call('ZRANGE', 'parked:' .. d, 0, -1)
  found.behind[d] = redis.call('SMEMBERS', 'behind:' .. d)
  found.settings[d] = pairs_of(redis.call('HGETALL', 'destination:' .. d))
end
for name, what in pairs({lanes = 'lane:', ready = 'ready:', retry = 'retry:', flying = 'flying:'}) do
  for _, key in ipairs(redis.call('KEYS', what .. '*')) do
    found[name][string.sub(key, #what + 1)] = pairs_of(redis.call('ZRANGE', key, 0, -1, 'WITHSCORES'))
  end
end
for _, key in ipairs(redis.call('KEYS', 'batch:*')) do
  if string.sub(key, -5) == ':rows' then
    found.batches[string.sub(key, 7, -6)] = pairs_of(redis.call('ZRANGE', key, 0, -1, 'WITHSCORES'))
  end
end
found.claims = #redis.call('KEYS', 'intake:*:claim')
return cjson.encode(found)
"""


@dataclass
class Look:
    """What Redis holds; pairs are (member, score) or (profile, row)."""

    rows: dict[str, dict[str, str]]
    parked: dict[str, list[str]]
    behind: dict[str, list[str]]  # whose rows are parked
    settings: dict[str, dict[str, str]]
    lanes: dict[str, dict[str, str]]
    ready: dict[str, dict[str, str]]
    retry: dict[str, dict[str, str]]
    flying: dict[str, dict[str, str]]
    batches: dict[str, dict[str, str]]
    claims: int = 0
    destination_of: dict[str, str] = field(default_factory=dict)  # batch to destination

    def waiting(self, destination: str) -> int:
        """Count rows that are accepted and not settled."""
        return len(self.rows[destination]) + len(self.parked[destination])


def look(world: World) -> Look:
    """Look at all at once."""
    found = json.loads(world.bare.eval(LOOK, 0, *DESTINATIONS))
    claims = found.pop("claims")
    lists = {
        name: {key: list(each) for key, each in found.pop(name).items()} for name in ("parked", "behind")
    }
    tables = {name: {key: dict(each) for key, each in table.items()} for name, table in found.items()}
    for name in ("lanes", "ready", "retry", "flying", "batches"):
        tables[name] = tables[name] or {}
    seen = Look(**tables, **lists, claims=claims)
    for batch in seen.batches:
        destination = world.bare.hget(f"batch:{batch}", "destination")
        seen.destination_of[batch] = (destination or b"").decode()
    return seen


def letters(world: World, state: str | None = None) -> list[DeadLetter]:
    """Return the dead letters of destinations."""
    return dead_letters.find_letters(world.engine, Filter(state=state), most=100_000)


def quiet(world: World, seen: Look) -> bool:
    """Tell whether nothing is half done that is counted in steps."""
    if seen.claims or any("replay" in entry for entry in entries(world)):
        return False
    with world.engine.connect() as connection:
        recorded = set(connection.scalars(select(batches.c.id)))
    return recorded.isdisjoint(seen.batches)


def missing(world: World, seen: Look) -> dict[str, tuple[int, dict[str, int]]]:
    """Return by destination how much more was received than is known of; nothing when the books balance."""
    numbers: dict[str, Counter[str]] = {name: Counter() for name in DESTINATIONS}
    for where, counted in stats.read_statistics(world.bare, world.engine).items():
        numbers.setdefault(where.destination, Counter()).update(counted)
    unsettled = Counter(letter.destination for letter in letters(world, "open"))
    found = {}
    for name in DESTINATIONS:
        own = numbers[name]
        fates = sum(own[fate] for fate in ("sent", "unchanged", "removed", "coalesced"))
        fates += unsettled[name] + seen.waiting(name)
        if own["received"] != fates:
            found[name] = (own["received"] - fates, dict(own))
    return found


def entries(world: World) -> list[dict[str, Any]]:
    """Return what is in the intake."""
    return [
        json.loads(entry) for shard in range(SHARDS) for entry in world.bare.lrange(f"intake:{shard}", 0, -1)
    ]
