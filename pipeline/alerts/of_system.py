"""Rules on the system: workers and stores."""

from collections.abc import Iterator

from pipeline.alerts.condition import SYSTEM, Condition
from pipeline.alerts.facts import Facts
from pipeline.model.alert_rule import AlertRule
from pipeline.stores.redis_health import faults
from pipeline.text.durations import spell

START_WORKERS = "start some with `activation up`"
MAKE_ROOM = "make room for it, or bring it back; then all goes on by itself"


def no_workers(rule: AlertRule, facts: Facts) -> Iterator[Condition]:
    """No worker was seen."""
    seconds = round(facts.worker_unseen, 1)
    text = f"no worker has been seen for {spell(seconds)}: nothing is sent"
    yield Condition(SYSTEM, seconds > (rule.above or 0.0), seconds, text, START_WORKERS, "/")


def store(_: AlertRule, facts: Facts) -> Iterator[Condition]:
    """A store is full, or cannot be written to."""
    text, way_out = next(faults(facts.server), ("", ""))
    if not text and facts.sql_trouble:
        text, way_out = "workers cannot write to the SQL store; they keep the outcomes of calls", MAKE_ROOM
    yield Condition(SYSTEM, bool(text), None, text, way_out, "/")
