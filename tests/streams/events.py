"""A house of events: files that are landed, people, rules, and runs of a source of events."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redis import Redis
from sqlalchemy import Engine, select

from pipeline.model.activation import Activation
from pipeline.model.rule import Rule
from pipeline.model.source import EventsSource
from pipeline.produce.appender import Appender
from pipeline.rules.source_rules import SourceRules
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import entries
from pipeline.streams.event_lookup import EventLookup
from pipeline.streams.event_points import EventPoints, PointsCover
from pipeline.streams.event_reader import EventReader
from pipeline.streams.event_run import EventRun
from pipeline.streams.hook_reader import HookReader
from pipeline.streams.stream_run import StreamOutcome
from pipeline.streams.stream_state import StreamState, read_state
from tests.event_files.folder import land
from tests.fixtures.intake import Bell, Entries

SOURCE = EventsSource(name="engagement", every=1, connector="acme")
NOW = datetime.now(UTC).replace(microsecond=0)
HEADER = "RIID,EVENT_CAPTURED_DT,EMAIL,CAMPAIGN_ID,OFFER_URL,CAMPAIGN_NAME"


def rule(name: str = "log", **values: Any) -> Rule:
    """Return a rule of the source."""
    return Rule(**{"name": name, "source": "engagement", "audience": name, "again_after": 0.0, **values})


def event(riid: int | str, email: str = "", **values: Any) -> dict[str, Any]:
    """Return the cells of an event; ``ago``: how long ago it was captured."""
    return {"riid": riid, "email": email, "ago": timedelta(hours=1), "campaign": "31", **values}


class EventHouse:
    """Lands files, runs a source of events, and tells what came of it."""

    def __init__(self, redis: Redis, events: Engine, folder: Path) -> None:
        self.redis, self.events, self.folder = redis, events, folder
        self.files = 0
        self.entries = Entries(redis)

    def land(self, feed: str, *rows: dict[str, Any], account: str = "1234") -> None:
        """Land a file with some events."""
        self.files += 1
        path = self.folder / f"{account}_{feed}_20260101_{self.files:06}.txt"
        path.write_text("\n".join([HEADER, *map(line_of, rows)]) + "\n")
        land(self.events, [path])

    def prepare(self, *rules: Rule, source: EventsSource = SOURCE, **options: Any) -> EventRun:
        """Prepare a run."""
        named = {each.name: each for each in rules}
        clock = options.pop("clock", lambda: datetime.now(UTC))
        needing, account = options.pop("needing_records", ()), options.pop("account", "")
        follower = SourceRules(source, named, {}, needing_records=needing, clock=clock)
        scores = [each.score for each in rules if each.score]
        types = tuple(sorted({word for score in scores for word in score.points}))
        seconds = max((score.within for score in scores), default=0)
        files = EventReader(source, account, follower.fields)
        lookup = EventLookup(self.events, files, HookReader(source, follower.fields))
        points = EventPoints(PointsCover(types, seconds), files, lambda: clock().timestamp())
        return EventRun(self.events, lookup, follower, points, clock=clock, **options)

    def run(self, *rules: Rule, **options: Any) -> StreamOutcome:
        """Run the source now."""
        return self.prepare(*rules, **options).run(self.appender())

    def appender(self) -> Appender:
        """Return an appender that waits for nothing."""
        return Appender(self.redis, Bell(), sleep=lambda _: None)

    def sent(self) -> list[Activation]:
        """Take everything out of the intake."""
        found = sorted(self.entries(), key=lambda one: str(one.id))
        for key in self.redis.scan_iter("intake:*"):
            self.redis.delete(key)
        return found

    def kept(self, *columns: str) -> list[Any]:
        """Return columns of the entries, by key."""
        chosen = [entries.c[name] for name in columns or ("rule", "state", "check")]
        with reading(self.events) as connection:
            return [tuple(row) for row in connection.execute(select(*chosen).order_by(entries.c.key))]

    def state(self) -> StreamState:
        """Return the state of the source."""
        found = read_state(self.events, SOURCE.name)
        assert found is not None
        return found


def line_of(cells: dict[str, Any]) -> str:
    """Write an event."""
    captured = (NOW - cells["ago"]).strftime("%d-%b-%Y %H:%M:%S")
    named: Sequence[Any] = (cells["riid"], captured, cells["email"], cells["campaign"])
    return ",".join(map(str, (*named, cells.get("url", ""), cells.get("name", ""))))
