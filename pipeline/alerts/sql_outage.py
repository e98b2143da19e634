"""Outages of SQL: states and messages cannot be rows, so rules ``store`` are told straight away, from Redis.

Keys
    alerts:outage                hash: "since" (of the first look that failed), and "told:{rule} {channel}"
    alerts:outage:{rule} {channel}   there while a process tries to tell a channel

When SQL takes rows again, each alert that was sent becomes an open state, and ends like any other.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

import redis
from sqlalchemy import Engine

from pipeline.alerts import channels, states
from pipeline.alerts.bodies import body_of, new_id
from pipeline.alerts.condition import SYSTEM, Condition
from pipeline.alerts.failure import NotDelivered
from pipeline.alerts.messages import LEASE, Message
from pipeline.alerts.state import OPEN, AlertState, new_state, observed
from pipeline.model.alert_rule import AlertRule
from pipeline.model.channel import Channel
from pipeline.records.catalog import Catalog
from pipeline.stores.broker import decoded

KEY = "alerts:outage"
LIFE = 30 * 24 * 3600  # seconds
LEAST_SECONDS = 15.0  # that SQL must have been away: a short lock is none
TOLD = "told:"
NO_SQL = Condition(
    SYSTEM,
    holds=True,
    text="the SQL store takes nothing: workers keep the outcomes of calls, nothing can be looked up",
    way_out="make room for it, or bring it back; then all goes on by itself",
    path="/",
)


class SqlOutage:
    """Tells channels that SQL is away, each once, and hands over when it is back."""

    def __init__(self, client: redis.Redis, web_url: str) -> None:
        self._client = client
        self._web_url = web_url

    def tell(self, catalog: Catalog, now: datetime) -> list[threading.Thread]:
        """Tell the channels of rules ``store`` that were not told yet; return the threads that do."""
        self._client.hsetnx(KEY, "since", now.isoformat())
        self._client.expire(KEY, LIFE)
        since = datetime.fromisoformat(decoded(self._client.hget(KEY, "since") or b""))
        threads = [
            threading.Thread(target=self._send, args=(channel, state, now), name="alert", daemon=True)
            for rule in store_rules(catalog)
            if (now - since).total_seconds() >= max(rule.after, LEAST_SECONDS)
            for state in [outage_state(rule, since, now)]
            for channel in (catalog.channels[name] for name in rule.channels if name in catalog.channels)
            if self._claim(rule.name, channel.name)
        ]
        for thread in threads:
            thread.start()
        return threads

    def forget(self) -> None:
        """Begin anew with the next outage; for a look that succeeded."""
        self._client.delete(KEY)

    def hand_over(self, engine: Engine, catalog: Catalog, now: datetime) -> None:
        """Make a state of the message, so that its end is told too; raises while SQL takes nothing."""
        found = self._client.hgetall(KEY)
        told = told_channels([decoded(field) for field in found])
        if not told:
            return
        since = datetime.fromisoformat(decoded(found[b"since"])) if b"since" in found else now
        stored = states.read_states(engine)
        for rule in store_rules(catalog):
            before = stored.get(rule.name, {}).get(SYSTEM) or new_state(rule, SYSTEM, now)
            if rule.name in told and before.state not in OPEN:
                after = replace(outage_state(rule, since, now), channels=told[rule.name])
                with engine.begin() as connection:
                    states.write_state(connection, before, after)

    def _claim(self, rule: str, channel: str) -> bool:
        """Take one channel for one try; False if it was told, or another process tries."""
        if self._client.hexists(KEY, f"{TOLD}{rule} {channel}"):
            return False
        return bool(self._client.set(f"{KEY}:{rule} {channel}", 1, nx=True, ex=LEASE))

    def _send(self, channel: Channel, state: AlertState, now: datetime) -> None:
        identity = new_id()
        body = body_of(identity, "alert.opened", now, state, self._web_url)
        try:
            channels.send(channel, Message(identity, channel.name, "alert.opened", body, 1, now))
        except NotDelivered:
            return  # tried again when the claim has ended
        self._client.hset(KEY, f"{TOLD}{state.rule} {channel.name}", now.isoformat())


def store_rules(catalog: Catalog) -> Iterator[AlertRule]:
    """Yield the rules that tell of stores."""
    return (rule for rule in catalog.alert_rules.values() if rule.rule == "store" and rule.enabled)


def outage_state(rule: AlertRule, since: datetime, now: datetime) -> AlertState:
    """Return the state of a rule that was told without SQL."""
    known = observed(rule, new_state(rule, SYSTEM, now), NO_SQL)
    return replace(known, state="open", since=since, told_at=now, channels=rule.channels)


def told_channels(fields: list[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the channels that were told, by rule."""
    told: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for field in fields:
        if field.startswith(TOLD):
            rule, _, channel = field.removeprefix(TOLD).partition(" ")
            told[rule] = (*told[rule], channel)
    return told
