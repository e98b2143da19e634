"""Dead letters over HTTP, with a worker that carries operations out."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.model.activation import Activation, encode
from pipeline.settle import dead_letters as letters
from pipeline.settle.dead_letters import DeadLetter, Filter
from tests.processes.environment import until

PATH = "/v1/dead-letters"


@pytest.fixture(scope="module")
def web(start, database):
    return start("--workers", "1", environ=database)


@pytest.fixture(autouse=True)
def stored(web):
    """Three open letters with a time-out, one of another code."""
    with web.stores.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM dead_letters")
        for number, code in enumerate(("Timeout", "Timeout", "Timeout", "Invalid"), 1):
            activation = Activation("lapsed-buyers", f"person-{number}", "ADD")
            letter = DeadLetter(
                f"l{number}",
                "acme",
                "lapsed",
                "lapsed-buyers",
                f"person-{number}",
                code,
                f"detail {number}",
                encode(activation).decode(),
            )
            letters.store(connection, [letter], datetime.now(UTC) - timedelta(minutes=10 - number))


def test_letters_come_newest_first_in_pages(web):
    first = web.get(f"{PATH}?limit=3", scope="operate").json()
    second = web.get(f"{PATH}?limit=3&cursor={first['next']}", scope="operate").json()

    assert first["count"] == 4
    assert [one["id"] for one in first["dead_letters"] + second["dead_letters"]] == ["l4", "l3", "l2", "l1"]
    assert second["next"] is None


def test_who_reads_sees_no_profile_and_who_operates_does(web):
    for path in (PATH, f"{PATH}/l1"):
        assert "person-1" not in web.get(path, scope="read").text
        assert "person-1" in web.get(path, scope="operate").text


def test_groups_tell_the_newest_detail(web):
    [first, second] = web.get(f"{PATH}/groups", scope="read").json()["groups"]

    assert (first["code"], first["count"], first["detail"]) == ("Timeout", 3, "detail 3")
    assert (second["code"], second["count"]) == ("Invalid", 1)


def test_what_was_to_be_sent_is_for_those_who_operate_and_leaves_a_trace(web):
    assert web.get(f"{PATH}/l1/activation", scope="read").status_code == 403

    shown = web.get(f"{PATH}/l1/activation", scope="operate")

    assert shown.json()["profile_id"] == "person-1"
    [activity] = web.get("/v1/activity?action=dead_letter.shown&limit=1").json()["activity"]
    assert (activity["actor"], activity["object"]) == ("key:operate", "dead_letter:l1")
    assert activity["request_id"] == shown.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "_schema"),
        ({"ids": ["l1"], "filter": {}}, "_schema"),
        ({"filter": {}}, "filter"),
        ({"ids": ["l1"], "all": True}, "all"),
        ({"ids": []}, "ids"),
        ({"filter": {"state": "open"}}, "filter"),
        ({"ids": ["l1"], "wide": 1}, "wide"),
    ],
)
def test_a_choice_that_is_none_is_refused(web, body, place):
    answer = web.call("POST", f"{PATH}/replay", "operate", json=body)

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    assert place in answer.json()["errors"]["json"]


def test_a_dry_run_counts_and_another_number_than_was_seen_stops_it(web):
    dry = web.call("POST", f"{PATH}/drop", "operate", json={"filter": {"code": "Timeout"}, "dry_run": True})
    late = web.call("POST", f"{PATH}/drop", "operate", json={"filter": {"code": "Timeout"}, "expect": 2})

    assert dry.json() == {"matched": 3}
    assert (late.status_code, late.json()["type"], late.json()["matched"]) == (
        409,
        "/problems/count-changed",
        3,
    )
    assert letters.count(web.stores.engine, Filter()) == 4


def test_letters_are_replayed_by_a_worker_and_the_activity_says_who(web, worker):
    answer = web.call("POST", f"{PATH}/replay", "operate", json={"filter": {"code": "Timeout"}, "expect": 3})

    operation = answer.json()["operation"]
    done = until(
        lambda: (it := web.get(f"/v1/operations/{operation}").json())["state"] == "done" and it, within=60
    )
    assert (done["kind"], done["matched"], done["done"], done["failed"]) == ("replay", 3, 3, 0)
    assert done["by"] == "key:operate"
    assert letters.count(web.stores.engine, Filter(state="replayed")) == 3
    [activity] = web.get("/v1/activity?action=dead_letters.replay&limit=1").json()["activity"]
    assert (activity["object"], activity["detail"]) == (f"operation:{operation}", "3 letters")


def test_a_quick_one_is_done_when_it_is_answered(web, worker):
    until(lambda: web.stores.redis.llen("sync") == 0)

    answer = web.call("POST", f"{PATH}/drop", "operate", json={"ids": ["l1", "l9"]})

    assert (answer.status_code, answer.json()["done"]) == (200, 1)


def test_the_numbers_are_those_of_the_command(web):
    answer = web.get("/v1/stats?days=30", scope="read").json()

    assert (answer["days"], answer["total"]["dead_letters"]) == (30, 4)
    assert web.get("/v1/stats?connector=nowhere").json()["type"] == "/problems/not-found"
    assert web.get("/v1/stats?days=8").status_code == 422


def test_what_event_files_tell_is_part_of_a_letter_and_a_filter(web):
    evidence = {"feed": "SENT", "file": 3, "path": "1234_SENT_20261130_000000.txt", "line": 7}
    with web.stores.engine.begin() as connection:
        own = letters.table.c.id
        resolved = {"state": "resolved", "outcome": "delivered", "evidence": evidence, "finding": "delivered"}
        connection.execute(letters.table.update().where(own == "l1").values(resolved))
        proven = {"proven": True, "finding": "not sent: safe to replay"}
        connection.execute(letters.table.update().where(own == "l2").values(proven))

    (settled,) = web.get(f"{PATH}?state=resolved", scope="read").json()["dead_letters"]
    (unsent,) = web.get(f"{PATH}?proven=true", scope="read").json()["dead_letters"]
    body = {"filter": {"proven": True}, "dry_run": True}
    matched = web.call("POST", f"{PATH}/replay", "operate", json=body).json()

    assert (settled["id"], settled["outcome"], settled["evidence"]) == ("l1", "delivered", evidence)
    assert (unsent["id"], unsent["finding"]) == ("l2", "not sent: safe to replay")
    assert matched == {"matched": 1}
