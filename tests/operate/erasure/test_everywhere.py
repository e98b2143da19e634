"""A person who is everywhere is nowhere afterwards, and everybody else stays."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path

import pytest
from sqlalchemy import update

from pipeline.model.activation import encode
from pipeline.operate.erasure.erasure import Erasure
from pipeline.operate.erasure.file_cleanup import checkpoint, rewrite
from pipeline.produce.appender import Appender
from pipeline.produce.lines import FileLine
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import Filter
from pipeline.settle.replay import drop
from pipeline.snapshots.run_lease import hold_run
from pipeline.snapshots.staging import Staging
from pipeline.snapshots.sync import Sync, rehearsal
from pipeline.snapshots.views import View
from pipeline.stores.outcome_tables import dead_letters as table
from tests.fixtures.intake import Bell
from tests.operate.erasure.environment import TRACE, ZOE, change, in_redis, in_sql, places, traces
from tests.processes.environment import until

ANN, BOB = "ann.lee", "bob.ray"
EVERYBODY = (ANN, ZOE, BOB)


@pytest.fixture
def everywhere(erasure_environment):
    """An environment with Zoë, and two more people, in every place that holds a person."""
    erasure_environment.receive(*(change(who) for who in EVERYBODY))
    batch = erasure_environment.cut()
    erasure_environment.lanes.retry(batch, delay=60, spend=True, refund=True)  # its rows lie in a batch
    for number in (1, 2):  # these are parked, and laid over one another
        erasure_environment.receive(
            *(change(who, number, occurred_at=datetime.now(UTC)) for who in EVERYBODY)
        )
    erasure_environment.redis.set(f"entered:lapsed:{sha1(ZOE.encode()).hexdigest()}", "1", ex=60)
    for name, who in zip("azb", EVERYBODY, strict=True):
        text = encode(change(who)).decode()
        erasure_environment.environment.keep(name, profile_id=who, activation=text)
        erasure_environment.environment.keep(f"{name}-replayed", profile_id=who, activation=text)
        erasure_environment.environment.keep(
            f"{name}-unreadable", profile_id="", activation=text[1:], code="Invalid"
        )
    drop(erasure_environment.engine, Filter(ids=["z-unreadable"]))
    mark_replayed(erasure_environment.engine, ["a-replayed", "z-replayed", "b-replayed"])
    lines = [
        FileLine(n, {"profile_id": who, "variables": {"tier": f"T-{who}"}}) for n, who in enumerate(EVERYBODY)
    ]
    appender = Appender(erasure_environment.redis, Bell())
    Sync(erasure_environment.engine, erasure_environment.environment.catalog, "lapsed-buyers", appender).run(
        lines
    )
    with hold_run(erasure_environment.engine, "lapsed-buyers") as lease:
        Staging(lease, rehearsal("lapsed-buyers"), [View()]).take(lines)
    for who in EVERYBODY:
        erasure_environment.post(change(who))
    return erasure_environment


def mark_replayed(engine, ids):
    with engine.begin() as connection:
        connection.execute(update(table).where(table.c.id.in_(ids)).values(state="replayed"))


def kinds(found):
    """Return the kinds of places."""
    return sorted({place.partition(":")[0] for place in found})


def test_nothing_of_a_person_is_left_in_either_store(everywhere):
    redis, engine = everywhere.redis, everywhere.engine
    assert kinds(traces(redis, engine, ZOE)) == [
        "activations", "dead_letters.activation", "dead_letters.profile_id", "entered",
        "intake", "lane", "members.content", "members.profile_id", "newest", "parked",
        "recipients", "rows", "staged.content", "staged.profile_id",
    ]  # fmt: skip

    found = everywhere.erase()

    assert traces(redis, engine, ZOE, TRACE) == []
    assert places(found) == {
        ("snapshot under way", None): 1,
        ("last sent", "lapsed"): 1,
        ("last sent", "list"): 1,
        ("messages", None): 1,
        ("intake", None): 2,
        ("batches", "lapsed"): 1,
        ("lanes", "lapsed"): 2,
        ("marks", "lapsed"): 1,
        ("lanes", "list"): 1,
        ("marks", "list"): 1,
        ("dead letters", "lapsed"): 3,
    }
    assert found.not_erased == []


def test_a_look_finds_the_same_and_changes_nothing(everywhere):
    redis, engine = everywhere.redis, everywhere.engine
    before = sorted([*in_redis(redis), *in_sql(engine)])

    looked = Erasure(redis, engine).look(ZOE)

    assert sorted([*in_redis(redis), *in_sql(engine)]) == before
    assert places(looked) == places(everywhere.erase())


@pytest.mark.parametrize("who", [ANN, BOB])
def test_everybody_else_stays(everywhere, who):
    before = traces(everywhere.redis, everywhere.engine, who)

    everywhere.erase()

    assert traces(everywhere.redis, everywhere.engine, who) == before


def test_the_books_balance(everywhere):
    """What was erased where it waited is counted, and so are dead letters but those that were sent again."""
    everywhere.environment.keep("more", destination=None, profile_id=ZOE)
    before = [everywhere.missing_from_books(name) for name in ("lapsed", "list")]

    everywhere.erase()

    assert [everywhere.missing_from_books(name) for name in ("lapsed", "list")] == before
    numbers = stats.read_statistics(everywhere.redis, everywhere.engine)
    erased = {where.destination: counted.get("erased") for where, counted in numbers.items()}
    assert erased == {"lapsed": 5, "list": 1, "": 1}


def test_nobody_of_that_name_is_nowhere(everywhere):
    found = everywhere.erase("Zoe")

    assert (places(found), found.not_erased) == ({}, [])


def test_nothing_is_left_in_the_files(everywhere, tmp_path):
    """SQLite overwrites what is deleted; Redis writes its file anew."""
    redis, engine = everywhere.redis, everywhere.engine
    folder = Path(redis.config_get("dir")["dir"])
    files = [*folder.rglob("*"), *tmp_path.glob("activation.db*")]
    assert any(TRACE.encode() in path.read_bytes() for path in files if path.is_file())

    everywhere.erase()
    checkpoint(engine)
    assert rewrite(redis, time.monotonic() + 30) == "started"

    until(lambda: not redis.info("persistence")["aof_rewrite_in_progress"])
    until(lambda: not any(TRACE.encode() in content for content in contents(folder, tmp_path)))


def contents(*folders):
    """Read all files, some of which may go meanwhile."""
    for path in (path for folder in folders for path in folder.rglob("*")):
        with suppress(OSError):
            yield path.read_bytes()
