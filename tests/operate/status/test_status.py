"""pipeline.operate.status.status and troubles: what is wrong, on a real server and both databases."""

import re
from datetime import UTC, datetime, timedelta
from unittest.mock import ANY

import pytest
from sqlalchemy.exc import OperationalError

from pipeline.accept.intake import Intake
from pipeline.errors import Misconfigured
from pipeline.lanes import limits
from pipeline.operate.status.document import document
from pipeline.operate.status.status import read_status
from pipeline.operate.status.trouble import Trouble
from pipeline.operate.status.troubles import troubles
from pipeline.settle.statistics import Where, add
from pipeline.stores import duty_trouble, schema_notes
from pipeline.stores import redis_health as server
from pipeline.stores import sql_trouble as notes
from pipeline.stores.database import open_database
from pipeline.stores.schema_notes import SchemaNote
from pipeline.stores.scripts import Scripts
from tests.builders import cut
from tests.environment import ACME, LAPSED, LEFT

ANY_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC \([0-9 a-z]+\)")


def read(environment):
    return read_status(environment.redis, environment.engine, environment.catalog, patience=0)


def found(environment):
    """Return what is wrong, with one time for all."""
    return [
        Trouble(ANY_TIME.sub("<then>", each.text), each.remedy, each.passing)
        for each in troubles(read(environment))
    ]


def states(environment):
    return {line.name: line.state for line in read(environment).destinations}


def gate(environment):
    [gate] = {pace.account: pace for pace in read(environment).paces}.values()
    return gate


def throttle(environment):
    key = limits.limit_key(gate(environment).account, "triggerCustomEvent")
    Scripts(environment.redis).run("throttle", [key], [11_430_000, 60_000])


def test_nothing_is_wrong_with_an_environment_at_rest(environment):
    assert (found(environment), states(environment)) == ([], {"lapsed": "idle", "left": "idle"})


def test_without_destinations_there_is_nothing_to_send_to(empty_environment):
    empty_environment.work()

    assert found(empty_environment) == [
        Trouble("no destination is configured", "bring some in with `activation apply FILE`")
    ]


def test_without_workers_nothing_moves(environment):
    environment.redis.delete("turn:intake")

    assert found(environment) == [
        Trouble("no worker has been seen: nothing is sent", "start some with `activation up`")
    ]


def test_without_workers_what_waits_is_reported(environment):
    environment.wait("lapsed", "a")
    environment.redis.rpush("intake:3", "{}", "{}")
    environment.redis.delete("turn:intake")

    assert found(environment) == [
        Trouble(
            "no worker has been seen: nothing is sent; 1 row waits; 2 activations are in the intake",
            "start some with `activation up`",
        )
    ]


def test_a_queue_that_nobody_takes_from_is_reported(environment):
    environment.redis.rpush("intake:3", "{}", "{}")
    environment.redis.rpush("activations", *["doorbell"] * 64)

    assert found(environment) == [
        Trouble(
            'no worker takes from the queue "activations"; 2 are in the intake',
            "start a worker with -Q activations",
        )
    ]


def test_a_queue_that_somebody_takes_from_may_be_long(environment):
    environment.redis.rpush("intake:3", "{}", "{}")
    environment.redis.rpush("activations", *["doorbell"] * 64)
    Intake(environment.redis, 3600).claim(3)

    assert found(environment) == []


def test_batches_that_no_worker_takes_up_are_reported(environment):
    environment.wait("lapsed", "a")
    environment.lanes.flush("lapsed")
    cut(environment.lanes)
    environment.redis.zincrby("flying:acme", -11_000, environment.redis.zrange("flying:acme", 0, 0)[0])

    assert found(environment) == [
        Trouble(
            '1 batch waits in the queue "deliveries" for a worker to take up',
            "start more workers with -Q deliveries",
        )
    ]


def test_holds_and_pauses_are_reported_with_their_reason_and_what_waits(environment):
    environment.wait("lapsed", "a", "b")
    environment.wait("left", "a")
    environment.hold("connector", "acme", "held", "API_BLOCKED", "The API is blocked")
    environment.hold("destination", "left", "paused", "", "new prices")

    assert found(environment) == [
        Trouble(
            'connector "acme" is held since <then>: API_BLOCKED: The API is blocked; 3 rows wait',
            "put it right, then `activation resume acme`",
        ),
        Trouble(
            'destination "left" is paused since <then>: new prices; 1 row waits', "`activation resume left`"
        ),
    ]
    assert states(environment) == {"lapsed": "connector held", "left": "paused"}


def test_a_connector_that_is_disabled_is_reported(environment):
    environment.apply({"acme": {**ACME, "enabled": False}}, {"lapsed": LAPSED})

    assert found(environment) == [
        Trouble(
            'connector "acme" is disabled: its configuration says enabled = false',
            "set enabled = true and `activation apply`",
        )
    ]
    assert states(environment) == {"lapsed": "connector disabled"}


def test_records_of_one_name_are_resumed_by_kind(environment):
    environment.apply({"acme": ACME}, {"acme": LAPSED})
    environment.hold("destination", "acme", "paused")

    assert found(environment) == [
        Trouble('destination "acme" is paused since <then>', "`activation resume destination:acme`")
    ]


def test_a_limit_that_was_refused_passes(environment):
    environment.wait("lapsed", "a")
    throttle(environment)

    assert found(environment) == [
        Trouble(
            'connector "acme": Responsys refused triggerCustomEvent for its limit; '
            "paused for another 3 h 10 min",
            "it goes on by itself",
            passing=True,
        )
    ]
    assert states(environment) == {"lapsed": "throttled", "left": "idle"}


def test_a_limit_that_two_connectors_share_is_reported_once(environment):
    environment.apply({"acme": ACME, "twin": ACME}, {"lapsed": LAPSED, "left": {**LEFT, "connector": "twin"}})
    throttle(environment)

    assert len(found(environment)) == 1


def test_an_exhausted_account_passes(environment):
    limits.exhausted(environment.redis, gate(environment).account, "batch", window=11_430)

    assert found(environment) == [
        Trouble(
            'connector "acme": the account\'s capacity is exhausted, as Responsys says; '
            "one call will try after 3 h 10 min",
            "it goes on by itself",
            passing=True,
        )
    ]


def test_an_exhausted_account_is_reported_once_whatever_its_functions(environment):
    mail = {**LEFT, "action": "campaign_email", "campaign": "WELCOME"}
    mail = {name: value for name, value in mail.items() if name != "event"}
    environment.apply({"acme": ACME}, {"lapsed": LAPSED, "left": mail})
    limits.exhausted(environment.redis, gate(environment).account, "batch", window=11_430)

    assert len(found(environment)) == 1


def test_a_destination_that_was_removed_with_rows_waiting_is_reported(environment):
    environment.wait("left", "a", "b")
    environment.apply({"acme": ACME}, {"lapsed": LAPSED})

    assert found(environment) == [
        Trouble(
            'destination "left" was removed while 2 rows waited',
            "workers turn them into dead letters; to send them, apply it again first",
        )
    ]
    assert states(environment) == {"lapsed": "idle", "left": "removed"}


def test_a_removed_destination_that_left_nothing_behind_is_forgotten(environment):
    environment.apply({"acme": ACME}, {"lapsed": LAPSED})

    assert (found(environment), states(environment)) == ([], {"lapsed": "idle"})


def test_what_waits_for_another_try_is_reported(environment):
    environment.wait("lapsed", "a", "b")
    environment.lanes.flush("lapsed")
    environment.lanes.retry(cut(environment.lanes), delay=30, spend=True, refund=False)

    assert found(environment) == [
        Trouble(
            'destination "lapsed": 1 batch waits for another try',
            "Flower and the workers' log say why",
            passing=True,
        )
    ]


def test_a_destination_that_cannot_keep_up_is_reported(environment):
    environment.wait("lapsed", "a")
    environment.redis.zincrby("lane:lapsed/all", -3_600_000, "a")
    environment.lanes.flush("lapsed")

    assert found(environment) == [
        Trouble(
            'destination "lapsed" is behind: rows that may go have waited up to 1 h',
            "nothing is lost: the limits, or too few workers, set the speed",
            passing=True,
        )
    ]


def test_dead_letters_are_reported_those_of_no_destination_among_them(environment):
    environment.keep("a", "b")
    environment.keep("c", destination=None)

    assert found(environment) == [
        Trouble("3 dead letters are open", "`activation dead-letters list`, then replay or drop")
    ]


def test_what_passes_is_reported_last(environment):
    environment.keep("a")
    throttle(environment)

    assert [trouble.passing for trouble in found(environment)] == [False, True]


def test_the_document_has_every_number(environment):
    environment.wait("lapsed", "a", "b")
    environment.redis.rpush("intake:3", "{}", "{}")
    environment.redis.rpush("deliveries", "doorbell")
    environment.keep("a", destination="left")
    environment.hold("destination", "left", "held", "LIST_NOT_FOUND", "no list")

    found = document(read(environment))

    waiting, held = found["destinations"]
    assert waiting["oldest_seconds"] < 60
    assert 540 < waiting["due_seconds"] <= 600
    del waiting["oldest_seconds"], waiting["due_seconds"], found["at"], found["troubles"]
    assert waiting == {
        "name": "lapsed",
        "audience": "lapsed-buyers",
        "connector": "acme",
        "action": "custom_event",
        "state": "waiting",
        "rows_waiting": 2,
        "rows_in_flight": 0,
        "lanes": 1,
        "batches_in_flight": 0,
        "batches_to_try_again": 0,
        "batches_unanswered": 0,
        "dead_letters": 0,
        "drain_seconds": 0.316,
    }
    assert (held["state"], held["dead_letters"]) == ("held", 1)
    since = environment.catalog.holds["destination", "left"].since.isoformat()
    del found["destinations"]
    assert found.pop("redis") == {
        "used_bytes": ANY,
        "maxmemory_bytes": None,
        "machine_bytes": ANY,
        "full": False,
        "writes": True,
        "append_only_file": True,
        "replica": False,
        "emptied_at": None,
    }
    assert found == {
        "duties_not_done": {},
        "sql_error": None,
        "workers_seen": True,
        "queues": {"activations": 0, "deliveries": 1, "sync": 0, "imports": 0, "celery": 0},
        "messages": {
            "unreadable": 0,
            "unknown_task": 0,
            "wrong_arguments": 0,
            "other_serializer": 0,
            "expired": 0,
            "unrouted": 0,
        },
        "intake": {"waiting": 2, "shards": {"3": 2}, "stuck": []},
        "imports": [],
        "stops": [
            {
                "scope": "destination",
                "name": "left",
                "kind": "held",
                "code": "LIST_NOT_FOUND",
                "detail": "no list",
                "since": since,
            }
        ],
        "limits": [
            {
                "connector": "acme",
                "account": gate(environment).account,
                "function": "triggerCustomEvent",
                "allowance": 200,
                "source": "default",
                "most_calls": 190,
                "calls_now": 190,
                "calls_last_minute": 0,
                "paused_seconds": 0,
                "capacity": None,
            }
        ],
        "dead_letters_without_destination": 0,
    }


@pytest.fixture
def memory(redis):
    """Sets the server's maxmemory, in shares of what it uses."""

    def limit(share):
        redis.config_set("maxmemory", round(redis.info("memory")["used_memory"] * share))

    yield limit
    redis.config_set("maxmemory", 0)


def test_a_full_server_is_reported(environment, memory):
    memory(0.5)

    (trouble,) = found(environment)
    assert re.fullmatch(
        r"the Redis server is full \([0-9.]+ MB of [0-9.]+ [kM]B\): producers are refused", trouble.text
    )
    assert not trouble.passing
    assert document(read(environment))["redis"]["full"]


def test_a_server_that_is_nearly_full_is_reported(environment, memory):
    read(environment)  # its scripts take a tenth of a new server's memory
    memory(1.1)

    (trouble,) = found(environment)
    assert trouble.text.startswith("the Redis server is nearly full (")
    assert trouble.passing


def test_a_server_that_keeps_nothing_is_reported(environment):
    environment.redis.config_set("appendonly", "no")
    try:
        assert [trouble.text for trouble in found(environment)] == [
            "the Redis server keeps no append-only file: when it ends, what waits is lost"
        ]
    finally:
        environment.redis.config_set("appendonly", "yes")


def test_a_file_that_cannot_be_written_is_reported_before_all_that_follows_from_it():
    ended = {"aof_enabled": 1, "aof_last_write_status": "err", "rdb_last_bgsave_status": "ok"}

    assert server.unwritten(ended) == "append-only file"
    assert server.unwritten({**ended, "aof_last_write_status": "ok"}) == ""
    assert server.unwritten({**ended, "aof_enabled": 0, "rdb_last_bgsave_status": "err"}) == "snapshot"


def test_what_workers_cannot_record_is_reported(environment):
    notes.leave(
        environment.redis, OperationalError("INSERT", {}, Exception("database or disk is full\nmore"))
    )

    assert found(environment) == [
        Trouble(
            "workers cannot write to the SQL store: database or disk is full; they keep the outcomes of "
            "their calls",
            "make room for it, or bring it back; then all goes on by itself",
        )
    ]
    assert document(read(environment))["sql_error"] == "database or disk is full"


def test_the_store_that_cannot_be_written_to_is_named(environment, tmp_path):
    """Of two files with the same error a person on call must know which disk, and which lock."""
    engine = open_database(f"sqlite:///{tmp_path / 'events.db'}")
    with pytest.raises(OperationalError) as raised, engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO missing VALUES (1)")
    engine.dispose()

    notes.leave(environment.redis, raised.value)

    assert document(read(environment))["sql_error"] == f"no such table: missing ({engine.url})"


def test_values_that_rows_went_without_are_reported_for_a_day(environment):
    now, where = datetime.now(UTC), Where("acme", "lapsed")
    with environment.engine.begin() as connection:
        add(connection, now, where, {"left_out:SEEN": 1_200, "left_out:AGE": 1, "sent": 7})
        add(connection, now - timedelta(days=2), where, {"left_out:OLD": 3})

    text = (
        'destination "lapsed": within a day values were left out of rows as not valid: AGE (1), SEEN (1,200)'
    )
    assert [trouble.text for trouble in found(environment)] == [text]
    (lapsed, left) = document(read(environment))["destinations"]
    assert lapsed["values_left_out"] == {"SEEN": 1_200, "AGE": 1}
    assert "values_left_out" not in left


def test_a_destination_that_honours_consents_bars_nobody_yet(environment):
    environment.apply({"acme": ACME}, {"lapsed": {**LAPSED, "honour": "email"}})

    text = 'destination "lapsed" honours "email", which bars nobody yet: there are no consents'
    assert [trouble.text for trouble in found(environment)] == [text]


def test_what_the_daily_comparison_found_is_told_with_its_way_out(environment):
    text = "Title of Contact was shortened: it takes 40 characters, and took 128"
    note = SchemaNote(datetime.now(UTC), (text,), {"Title of Contact": ("string", 40, False)})
    schema_notes.write(environment.redis, "acme", note)
    schema_notes.write(environment.redis, "gone", note)

    assert schema_notes.read(environment.redis, "acme") == note
    assert [(trouble.text, trouble.remedy) for trouble in found(environment)] == [
        (f'connector "acme": {text}', "put it right, then `activation check acme`")
    ]


def test_how_long_a_backlog_takes_at_least_is_reported(environment):
    """190 calls of 200 rows a minute go out when the account has not said what it allows."""
    environment.wait("lapsed", "a")
    (line, _) = read(environment).destinations
    environment.redis.hset("rows:lapsed", mapping={f"p{n}": "row" for n in range(190 * 200 * 2)})

    assert line.drain == pytest.approx(60 / 190)
    assert document(read(environment))["destinations"][0]["drain_seconds"] == pytest.approx(120, abs=1)


def test_a_shard_that_stands_still_is_reported(environment):
    """Accepting its oldest entries fails again and again; the other shards go on."""
    environment.redis.rpush("intake:7", "{}", "{}")
    claim = Intake(environment.redis, 3600).claim(7)
    Intake(environment.redis, 3600).note(claim, "Misconfigured: no key")
    assert found(environment) == []
    environment.redis.hincrbyfloat("intake:7:claim", "since", -150_000)

    (trouble,) = found(environment)
    assert re.sub(r"for [0-9 mins]+;", "for <some time>;", trouble.text) == (
        "shard 7 of the intake has not moved on for <some time>; 2 activations wait (Misconfigured: no key)"
    )
    (stuck,) = document(read(environment))["intake"]["stuck"]
    assert (stuck["shard"], stuck["entries"], stuck["attempts"]) == (7, 2, 1)
    assert stuck["seconds"] >= 149


def test_a_duty_that_a_worker_cannot_do_is_reported_for_as_long_as_it_cannot(environment):
    duty_trouble.leave(environment.redis, "records", Misconfigured('connector "acme": no key opens it'))
    duty_trouble.leave(environment.redis, "prune", KeyError("ada@example.com"), 600)

    assert found(environment) == [
        Trouble(
            f"a worker cannot {work}",
            "put it right (the workers' log says more); then all goes on by itself",
        )
        for work in (
            'read the records: connector "acme": no key opens it',
            "delete what is older than the days to keep: KeyError",
        )
    ]
    assert 600 < environment.redis.ttl("note:duty:prune") <= 615

    duty_trouble.clear(environment.redis, "records")
    duty_trouble.clear(environment.redis, "prune")
    assert found(environment) == []
