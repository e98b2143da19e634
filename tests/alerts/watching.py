"""A watch over real stores whose doorbell only notes, with a channel on loopback."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from pipeline.alerts import messages
from pipeline.alerts.watch import Watch
from pipeline.records import mirror
from pipeline.settings import Settings, WebSettings
from pipeline.stores.alert_tables import alert_messages, alert_states
from pipeline.stores.database import reading
from tests.environment import Environment
from tests.fixtures.hooks import HookServer

SETTINGS = Settings(
    data_dir=Path(), database_url="", alert_interval=1, web=WebSettings(url="https://activation.example.com")
)
RULE = {"rule": "dead_letters", "channels": ["ops"], "clear_after": 0}


class Bell:
    """Notes the messages that workers are told of."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    def send_alert(self, message: str) -> None:
        """Note one."""
        self.rung.append(message)


class WatchedEnvironment:
    """A rule on open dead letters, its channel, and a watch of one process."""

    def __init__(self, environment: Environment, hooks: HookServer) -> None:
        self.environment = environment
        self.hooks = hooks
        self.bell = Bell()
        self.watch = self.another_process()
        self.configure(letters=RULE)

    def another_process(self) -> Watch:
        """Return the watch of a further process."""
        place = self.environment
        return Watch(place.redis, place.engine, place.records.load, self.bell, SETTINGS)  # type: ignore[arg-type]

    def configure(self, **rules: Any) -> None:
        """Make these the rules."""
        channels = {"ops": {"kind": "webhook", "url": self.hooks.url, "secret": "s1gning"}}
        place = self.environment
        current = place.records.export()
        place.records.apply({**current, "channels": channels, "alerts": rules}, prune=True)
        mirror.refresh(place.redis, place.records)

    def open(self, letter: str = "l1") -> None:
        """Let the condition hold."""
        self.environment.keep(letter)

    def end(self) -> None:
        """Let it not hold any more."""
        with self.environment.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM dead_letters")

    def send(self) -> None:
        """Do what workers do that are told of messages."""
        self.watch.send_due()
        for message in self.bell.rung:
            self.watch.deliver(message)
        self.bell.rung.clear()

    def pass_time(self, seconds: float) -> None:
        """Let time pass for all rows."""
        by = timedelta(seconds=seconds)
        with self.environment.engine.begin() as connection:
            for row in connection.execute(select(alert_messages)).mappings().all():
                lease = row["lease"] and row["lease"] - by
                values = {"due_at": row["due_at"] - by, "lease": lease, "created_at": row["created_at"] - by}
                connection.execute(
                    update(alert_messages).where(alert_messages.c.id == row["id"]).values(values)
                )
            for row in connection.execute(select(alert_states)).mappings().all():
                times = {name: row[name] and row[name] - by for name in ("since", "changed_at", "told_at")}
                connection.execute(update(alert_states).values(times))

    def rows(self, *columns: str) -> list[Any]:
        """Return columns of all messages, oldest first."""
        statement = select(*(alert_messages.c[name] for name in columns)).order_by(
            alert_messages.c.created_at
        )
        with reading(self.environment.engine) as connection:
            found = [tuple(row) for row in connection.execute(statement)]
        return [row[0] if len(columns) == 1 else row for row in found]

    def due(self) -> list[str]:
        """Return the ids of messages that may be tried."""
        return [message.id for message in messages.due(self.environment.engine, datetime.now(UTC))]
