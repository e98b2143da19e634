"""Batches that take several calls."""

import json
from datetime import timedelta

import pytest
import requests
import responses

from pipeline.model.action import Step
from pipeline.settle.left_out import left_out_since
from tests.deliver.environment import read, refusal, sent
from tests.deliver.export import FIELDS, FUNCTIONS, MEMBERS, MERGE, TABLES, Export, call, cells, go, sent_to


@pytest.fixture
def action():
    """Take the place of a custom event."""
    return Export


def test_steps_follow_each_other_and_a_row_that_failed_takes_no_further_part(environment, oracle):
    oracle.post(MERGE, json=["", "not this one", ""])
    oracle.get(TABLES, json=[])
    oracle.post(TABLES, json=True)
    oracle.post(FIELDS, json=["", "nor this"])
    environment.receive("p1", "p2", "p3")

    assert go(environment) == [
        "2 rows of lapsed, next: look",
        "2 rows of lapsed, next: create",
        "2 rows of lapsed, next: fields",
        "3 rows of lapsed, 2 rejected",
    ]
    assert (sent_to(oracle, MERGE), sent_to(oracle, FIELDS)) == ([["p1", "p2", "p3"]], [["p1", "p3"]])
    assert environment.letters() == [
        ("p2", "MERGEFAILED", "merge: not this one"),
        ("p3", "MERGEFAILED", "fields: nor this"),
    ]
    assert environment.numbers()["sent"] == 1


def test_values_that_delivered_rows_went_without_are_counted_by_column(environment, oracle, monkeypatch):
    monkeypatch.setattr(Export, "leaves_out", True)
    monkeypatch.setattr(Export, "left_out", lambda _, rows: {"SEEN": sum(1 for _ in rows)})
    oracle.post(MERGE, json=["", "not this one", ""])
    oracle.get(TABLES, json=["T"])
    oracle.post(FIELDS, json=["", ""])
    environment.receive("p1", "p2", "p3")

    go(environment)

    assert environment.numbers()["left_out:SEEN"] == 2
    assert left_out_since(environment.engine, timedelta(days=1)) == {"lapsed": {"SEEN": 2}}


def test_a_refusal_that_means_success_is_one(environment, oracle, monkeypatch):
    gone = frozenset({"RECORD_NOT_FOUND"})
    monkeypatch.setattr(Export, "steps", lambda *_: (
        Step(
            "delete", "mergeListMembers", call("mergeListMembers", MEMBERS), cells,
            settled_by=gone,
        ),
    ))  # fmt: skip
    oracle.post(MERGE, status=404, json=refusal("RECORD_NOT_FOUND"))
    environment.receive("p1")

    assert go(environment) == ["1 row of lapsed"]


def test_a_step_that_failed_is_tried_again_alone(environment, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=["T"])
    oracle.add_callback(responses.POST, FIELDS, sent({"body": requests.ReadTimeout()}))
    environment.receive("p1")
    assert go(environment)[-1] == "Timeout: 1 row, try 1 of 8"
    oracle.replace(responses.POST, FIELDS, json=[""])
    environment.due()

    assert go(environment) == ["1 row of lapsed"]
    assert len(sent_to(oracle, MERGE)) == 1


def test_a_bad_row_of_a_later_step_comes_to_stand_alone(environment, oracle):
    def judge(request):
        rows = read(request)["rows"]
        if "p3" in rows:
            return 400, {}, json.dumps(refusal("INVALID_PARAMETER", "bad value"))
        return 200, {}, json.dumps(["" for _ in rows])

    oracle.post(MERGE, json=["", "no", "", "", ""])
    oracle.get(TABLES, json=["T"])
    oracle.add_callback(responses.POST, FIELDS, judge)
    environment.receive(*[f"p{n}" for n in range(5)])
    go(environment)

    assert environment.letters() == [
        ("p1", "MERGEFAILED", "merge: no"),
        ("p3", "INVALID_PARAMETER", "fields: bad value"),
    ]
    assert (environment.numbers()["sent"], environment.waiting()) == (3, 0)


def test_a_worker_that_died_in_a_later_step_leaves_the_earlier_ones_done(environment, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=["T"])
    oracle.post(FIELDS, json=[""])
    environment.receive("p1")
    for function in FUNCTIONS[:2]:
        claimed = environment.lanes.claim(environment.quota_of("acme", function))
        environment.delivery.deliver(claimed.batch, claimed.attempt)
    claimed = environment.lanes.claim(environment.quota_of("acme", FUNCTIONS[3]))
    environment.lanes.begin(environment.lanes.batch(claimed.batch))
    environment.redis.zadd("flying:acme", {claimed.batch: 1})
    ((batch, attempt),) = environment.lanes.leases.lapsed("acme")

    assert environment.delivery.deliver(batch, attempt).again
    environment.due()
    assert go(environment)[-1] == "1 row of lapsed"
    assert len(sent_to(oracle, MERGE)) == 1
