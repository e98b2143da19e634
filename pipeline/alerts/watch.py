"""The watch: one thread of each process, worker or web, that takes its turn to look at rules and messages.

Keys
    turn:alerts               there for the interval in which a process has looked at the rules
    turn:messages_of_alerts   the same for messages that are due

A worker is told of a message and sends it. If none takes it within ``PATIENCE``, because no worker lives or
Redis does not answer, the process that finds it waiting sends it itself.

Moments at which a process may die, and their consequences:

==========================================  ==================================================================
before a change of state is written         the next look finds the same and writes it
after it                                    its messages were written with it; the next tick finds them due
after a worker was told                     after ``PATIENCE`` another process sends the message
after a message was claimed                 its lease ends, and it is due again
after the channel took it                   its lease ends, and it is sent again under the same id
after a failure that was not written        its lease ends; the try counts
==========================================  ==================================================================
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import redis
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError

from pipeline.alerts import messages, sending
from pipeline.alerts.facts import Facts
from pipeline.alerts.look import Look
from pipeline.alerts.sql_outage import SqlOutage
from pipeline.records.catalog import Catalog
from pipeline.settings import Settings
from pipeline.stores import duty_trouble
from pipeline.stores.doorbell import Doorbell

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
SQL_AWAY = (OperationalError, InterfaceError, InternalError)
PATIENCE = timedelta(seconds=5)  # for a worker to take a message that it was told of


class Watch:
    """Looks at rules and messages when its turn comes."""

    def __init__(
        self,
        client: redis.Redis,
        engine: Engine,
        load: Callable[[], Catalog],
        doorbell: Doorbell,
        settings: Settings,
        events: Callable[[], Engine | None] = lambda: None,
    ) -> None:
        """``load`` reads the records; ``events`` gives the events store, None if there is none."""
        self._events = events
        self._client = client
        self._engine = engine
        self._load = load
        self._doorbell = doorbell
        self._settings = settings
        self._stopping = threading.Event()
        self._own_turns: dict[str, float] = {}  # of this process while Redis is away, by time.monotonic
        self._sending: set[str] = set()  # channels that a thread of this process sends to
        self._failing = False  # since the last look that succeeded
        self._outage = SqlOutage(client, settings.web.url)
        self._known: Catalog | None = None  # the records read last, for an outage of SQL

    def start(self) -> None:
        """Tick in the background."""
        threading.Thread(target=self._run, name="alerts", daemon=True).start()

    def stop(self) -> None:
        """Tick no more."""
        self._stopping.set()

    def _run(self) -> None:
        with suppress(Exception):  # the first look tells of it
            self.remember()
        while not self._stopping.wait(TICK_SECONDS):
            self.tick()

    def tick(self) -> None:
        """Do all duties that are due; a failure is noted for the status, and ends nothing."""
        try:
            if self._take_turn("alerts", self._settings.alert_interval):
                self.look()
                self._failing = False
            if self._take_turn("messages_of_alerts", TICK_SECONDS):
                self.send_due()
        except SQL_AWAY as error:
            self._note(error)
            self._tell_of_outage()
        except Exception as error:  # noqa: BLE001 -- none may end the thread
            self._note(error)

    def look(self) -> int:
        """Look at all rules; return the number of changes."""
        catalog = self.remember()
        facts = Facts(self._client, self._engine, catalog, self._settings.limit_window, events=self._events)
        with suppress(redis.RedisError):
            self._outage.hand_over(self._engine, catalog, facts.now)
        changes = Look(self._engine, facts, self._settings.web.url).run()
        with suppress(redis.RedisError):
            self._outage.forget()
        return changes

    def remember(self) -> Catalog:
        """Read the records, and keep them for an outage of SQL."""
        self._known = self._load()
        return self._known

    def send_due(self) -> None:
        """Tell workers of messages that are due, and send those that no worker took in time."""
        late = datetime.now(UTC) - PATIENCE
        for message in messages.due(self._engine):
            if not message.rung:
                if messages.note_rung(self._engine, message.id):
                    self._doorbell.send_alert(message.id)
            elif message.due_at < late and message.channel not in self._sending:
                self._sending.add(message.channel)
                threading.Thread(
                    target=self._send, args=(message.id, message.channel), name="alert", daemon=True
                ).start()

    def deliver(self, message: str) -> str:
        """Try to deliver a message; return its fate in words."""
        return sending.deliver(self._engine, lambda: self._load().channels, message)

    def _send(self, message: str, channel: str) -> None:
        try:
            self.deliver(message)
        except SQLAlchemyError as error:
            log.warning("message not sent", extra={"error": type(error).__name__})
        finally:
            self._sending.discard(channel)

    def _take_turn(self, duty: str, seconds: float) -> bool:
        """Take a turn; without Redis this process takes its own, and SQL settles which change counts."""
        try:
            key, life = f"turn:{duty}", max(1, round(seconds * 1000) - 50)
            return bool(self._client.set(key, uuid.uuid4().hex, nx=True, px=life))
        except redis.RedisError:
            now = time.monotonic()
            if now < self._own_turns.get(duty, 0.0):
                return False
            self._own_turns[duty] = now + seconds
            return True

    def _tell_of_outage(self) -> None:
        if self._known is not None:
            with suppress(redis.RedisError):
                self._outage.tell(self._known, datetime.now(UTC))

    def _note(self, error: Exception) -> None:
        if not self._failing:
            log.error("alerts not looked at", exc_info=error)
        self._failing = True
        duty_trouble.leave(self._client, "alerts", error, self._settings.alert_interval)
