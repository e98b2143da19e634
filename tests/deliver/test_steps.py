"""Batches that take several calls, set-ups that happen once, and answers that are asked for later."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import requests
import responses

from pipeline.deliver.polling import Polling
from pipeline.deliver.set_ups import SetUps
from pipeline.errors import Held
from pipeline.lanes import limits
from pipeline.lanes.quota import Quota
from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.call import Call, Rejection
from pipeline.records import mirror
from pipeline.responsys import actions
from tests.builders import Newest
from tests.deliver.test_delivery import House, answer, read, refusal, sent
from tests.fixtures.oracle import HOST

MERGE = f"{HOST}/rest/api/v1.3/lists/L/members"
TABLES = f"{HOST}/rest/api/v1.3/lists/L/listExtensions"
FIELDS = f"{HOST}/rest/api/v1.3/lists/L/listExtensions/T/members"
EVENT = f"{HOST}/rest/api/v1.3/events/LAPSED"
MEMBERS, EXTENSIONS = "/rest/api/v1.3/lists/L/members", "/rest/api/v1.3/lists/L/listExtensions"
ROWS = f"{EXTENSIONS}/T/members"
FUNCTIONS = (
    "mergeListMembers",
    "retrieveProfileExtensions",
    "createProfileExtension",
    "mergeProfileExtensionMembers",
)


class Export(Action):
    """Merge, then make a table when there is none, then fill it."""

    name = "custom_event"  # in the place of
    coalesces = False
    functions = FUNCTIONS

    def problem(self, activation: Activation) -> str | None:
        return "no crm_id" if activation.identifier("crm_id") is None else None

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        merge, look, create, fields = FUNCTIONS
        api = "asyncApi" if self.connector.api == "async" else "api"
        return (
            Step("merge", merge, call(merge, f"/rest/{api}/v1.3/lists/L/members"), cells),
            Step(
                "look", look, call(look, EXTENSIONS, "GET"), cells, sets_up="T",
                found=bool,
            ),
            Step(
                "create", create, call(create, EXTENSIONS), cells, sets_up="T",
                settled_by=frozenset({"OBJECT_ALREADY_EXISTS"}),
            ),
            Step("fields", fields, call(fields, ROWS), cells),
        )  # fmt: skip


def call(function: str, path: str, method: str = "POST"):
    def build(rows: Sequence[Activation]) -> Call:
        body = None if method == "GET" else {"rows": [row.profile_id for row in rows]}
        return Call(function, path, body, method)

    return build


def cells(rows: Sequence[Activation], found: Any) -> list[Rejection | None]:
    return [Rejection("MERGEFAILED", cell) if cell else None for cell in found]


@pytest.fixture
def house(redis, engine, records, vault, oracle, monkeypatch):
    monkeypatch.setitem(actions.ACTIONS, "custom_event", Export)
    return House(redis, engine, records, vault)


def go(house: House) -> list[str]:
    """Deliver whatever may go, through all functions, until nothing may; return the reports."""
    reports, account = [], house.gate.account
    while True:
        for function in FUNCTIONS:
            claimed = house.lanes.claim(Quota("acme", function, account, 100, limit=60_000, utilisation=1.0))
            if isinstance(claimed, tuple):
                reports.append(house.delivery.deliver(claimed.batch, claimed.attempt).text)
                break
        else:
            return reports


def sent_to(oracle, url: str) -> list[list[str]]:
    """Return the rows of every call to a place."""
    return [read_again(one.request) for one in oracle.calls if one.request.url == url and one.request.body]


def read_again(request) -> list[str]:
    return json.loads(request.body.content)["rows"]


def test_steps_follow_each_other_and_a_row_that_failed_takes_no_further_part(house, oracle):
    oracle.post(MERGE, json=["", "not this one", ""])
    oracle.get(TABLES, json=[])
    oracle.post(TABLES, json=True)
    oracle.post(FIELDS, json=["", "nor this"])
    house.receive("p1", "p2", "p3")

    assert go(house) == [
        "2 rows of lapsed, next: look",
        "2 rows of lapsed, next: create",
        "2 rows of lapsed, next: fields",
        "3 rows of lapsed, 2 rejected",
    ]
    assert (sent_to(oracle, MERGE), sent_to(oracle, FIELDS)) == ([["p1", "p2", "p3"]], [["p1", "p3"]])
    assert house.letters() == [
        ("p2", "MERGEFAILED", "merge: not this one"),
        ("p3", "MERGEFAILED", "fields: nor this"),
    ]
    assert house.numbers()["sent"] == 1


def test_what_is_there_is_not_made_and_then_not_looked_for_again(house, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=["T"])
    oracle.post(FIELDS, json=[""])
    for profile in ("p1", "p2"):
        house.receive(profile)
        go(house)

    urls = [one.request.url.removeprefix(HOST) for one in oracle.calls][1:]
    assert urls == [url.removeprefix(HOST) for url in (MERGE, TABLES, FIELDS, MERGE, FIELDS)]


def test_a_table_that_somebody_else_made_in_the_meantime_is_taken_as_it_is(house, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=[])
    oracle.post(TABLES, status=400, json=refusal("OBJECT_ALREADY_EXISTS"))
    oracle.post(FIELDS, json=[""])
    house.receive("p1")

    assert go(house)[-1] == "1 row of lapsed"


def test_one_batch_sets_up_while_the_others_wait(house, oracle):
    oracle.post(MERGE, json=[""])
    house.configure(max_rows=1)
    house.receive("p1", "p2")
    oracle.get(TABLES, json=[])
    first = house.lanes.claim(house_gate(house, "mergeListMembers"))
    house.delivery.deliver(first.batch, first.attempt)
    second = house.lanes.claim(house_gate(house, "mergeListMembers"))
    house.delivery.deliver(second.batch, second.attempt)
    looks = [house.lanes.claim(house_gate(house, "retrieveProfileExtensions")) for _ in range(2)]

    texts = [house.delivery.deliver(look.batch, look.attempt).text for look in looks]
    assert texts == ["1 row of lapsed, next: create", "look: another worker is at it"]
    assert house.redis.zcard("flying:acme") == 0  # who waits for a table takes no slot of the connector


def house_gate(house: House, function: str) -> Quota:
    return Quota("acme", function, house.gate.account, 100, limit=60_000, utilisation=1.0)


def test_a_table_that_cannot_be_made_holds_the_destination_and_no_row_is_merged_twice(house, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=[])
    oracle.post(TABLES, status=400, json=refusal("INVALID_PARAMETER", "bad folder"))
    house.receive("p1")
    go(house)

    assert house.hold("destination", "lapsed") == "held: INVALID_PARAMETER"
    assert (house.waiting(), house.letters()) == (1, [])
    oracle.replace(responses.POST, TABLES, json=True)
    oracle.post(FIELDS, json=[""])
    release(house)
    assert go(house)[-1] == "1 row of lapsed"
    assert len(sent_to(oracle, MERGE)) == 1


def test_a_refusal_that_means_success_is_one(house, oracle, monkeypatch):
    gone = frozenset({"RECORD_NOT_FOUND"})
    monkeypatch.setattr(Export, "steps", lambda *_: (
        Step(
            "delete", "mergeListMembers", call("mergeListMembers", MEMBERS), cells,
            settled_by=gone,
        ),
    ))  # fmt: skip
    oracle.post(MERGE, status=404, json=refusal("RECORD_NOT_FOUND"))
    house.receive("p1")

    assert go(house) == ["1 row of lapsed"]


def test_a_table_that_somebody_made_while_its_destination_was_held_is_found(house, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=[])
    oracle.post(TABLES, status=404, json=refusal("FOLDER_NOT_FOUND"))
    house.receive("p1")
    go(house)
    oracle.replace(responses.GET, TABLES, json=["T"])
    oracle.post(FIELDS, json=[""])
    release(house)

    assert go(house)[-1] == "1 row of lapsed"
    assert len(sent_to(oracle, MERGE)) == 1


def test_a_table_that_was_deleted_is_looked_for_again(house, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=["T"])
    oracle.post(FIELDS, status=404, json=refusal("PROFILE_EXTENSION_NOT_FOUND"))
    house.receive("p1")
    go(house)
    oracle.replace(responses.GET, TABLES, json=[])
    oracle.post(TABLES, json=True)
    oracle.replace(responses.POST, FIELDS, json=[""])
    release(house)

    assert go(house)[-1] == "1 row of lapsed"
    assert len(sent_to(oracle, MERGE)) == 1


def release(house: House) -> None:
    house.records.release("destination", "lapsed")
    mirror.refresh(house.redis, house.records)
    house.due()


def test_a_step_that_failed_is_tried_again_alone(house, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=["T"])
    oracle.add_callback(responses.POST, FIELDS, sent({"body": requests.ReadTimeout()}))
    house.receive("p1")
    assert go(house)[-1] == "Timeout: 1 row, try 1 of 8"
    oracle.replace(responses.POST, FIELDS, json=[""])
    house.due()

    assert go(house) == ["1 row of lapsed"]
    assert len(sent_to(oracle, MERGE)) == 1


def test_a_bad_row_of_a_later_step_comes_to_stand_alone(house, oracle):
    def judge(request):
        rows = read(request)["rows"]
        if "p3" in rows:
            return 400, {}, json.dumps(refusal("INVALID_PARAMETER", "bad value"))
        return 200, {}, json.dumps(["" for _ in rows])

    oracle.post(MERGE, json=["", "no", "", "", ""])
    oracle.get(TABLES, json=["T"])
    oracle.add_callback(responses.POST, FIELDS, judge)
    house.receive(*[f"p{n}" for n in range(5)])
    go(house)

    assert house.letters() == [
        ("p1", "MERGEFAILED", "merge: no"),
        ("p3", "INVALID_PARAMETER", "fields: bad value"),
    ]
    assert (house.numbers()["sent"], house.waiting()) == (3, 0)


def test_a_worker_that_died_in_a_later_step_leaves_the_earlier_ones_done(house, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=["T"])
    oracle.post(FIELDS, json=[""])
    house.receive("p1")
    for function in FUNCTIONS[:2]:
        claimed = house.lanes.claim(house_gate(house, function))
        house.delivery.deliver(claimed.batch, claimed.attempt)
    claimed = house.lanes.claim(house_gate(house, FUNCTIONS[3]))
    house.lanes.begin(house.lanes.batch(claimed.batch))
    house.redis.zadd("flying:acme", {claimed.batch: 1})
    ((batch, attempt),) = house.lanes.lapsed("acme")

    assert house.delivery.deliver(batch, attempt).again
    house.due()
    assert go(house)[-1] == "1 row of lapsed"
    assert len(sent_to(oracle, MERGE)) == 1


def once_only(_: Action, rows: Sequence[Activation]) -> tuple[Step, ...]:
    """A table that must be there first, then something that must not be done twice."""
    look = Step(
        "look",
        FUNCTIONS[1],
        call(FUNCTIONS[1], EXTENSIONS, "GET"),
        cells,
        sets_up="T",
        found=bool,
    )
    send = Step("send", FUNCTIONS[0], call(FUNCTIONS[0], MEMBERS), cells, repeatable=False)
    return (look, send)


def test_what_must_not_be_done_twice_is_not_because_of_a_set_up_before_it(house, oracle, monkeypatch):
    """The step that a dead worker was at must not depend on what is known when it is missed."""
    monkeypatch.setattr(Export, "steps", once_only)
    oracle.get(TABLES, json=["T"])
    house.receive("p1")
    SetUps(house.redis).remember(house.gate.account, "T")
    claimed = house.lanes.claim(house_gate(house, FUNCTIONS[0]))
    job = house.delivery._answers.skip_known(
        house.delivery.open(claimed.batch, claimed.attempt, ("claimed",))
    )
    house.lanes.begin(job.batch, job.progress.dumps())
    house.redis.zadd("flying:acme", {claimed.batch: 1})
    ((batch, attempt),) = house.lanes.lapsed("acme")
    SetUps(house.redis).forget(house.gate.account)

    house.delivery.deliver(batch, attempt)
    assert [(profile, code) for profile, code, _ in house.letters()] == [("p1", "OutcomeUnknown")]


def test_a_look_that_finds_something_wrong_gives_its_turn_back(house, oracle, monkeypatch):
    def wrong(_answer):
        raise Held("destination", "MISSING_COLUMN", "the table lacks a column")

    look = Step(
        "look",
        FUNCTIONS[0],
        call(FUNCTIONS[0], MEMBERS),
        cells,
        sets_up="T",
        found=wrong,
    )
    monkeypatch.setattr(Export, "steps", lambda *_: (look, look))
    oracle.post(MERGE, json=[""])
    house.receive("p1")
    go(house)

    assert house.hold("destination", "lapsed") == "held: MISSING_COLUMN"
    assert SetUps(house.redis).take(house.gate.account, "T", "another batch")


SUBMIT = f"{HOST}/rest/asyncApi/v1.3/events/LAPSED"
REQUESTS = f"{HOST}/rest/asyncApi/v1.3/requests"


@pytest.fixture
def later(redis, engine, records, vault, oracle):
    """A house whose events are answered later."""
    house = House(redis, engine, records, vault)
    house.configure_connector(api="async")
    oracle.post(SUBMIT, status=202, json={"requestId": "R1", "apiName": "x", "status": "REQUEST_ACCEPTED"})
    house.polling = Polling(
        lanes=house.lanes,
        catalog=Newest(records.load),
        dispatch=Gates(house),
        responsys=house.delivery._responsys,
        delivery=house.delivery,
        answers=house.delivery._answers,
        failures=house.delivery._failures,
    )
    return house


class Gates:
    """Names the gate of every function."""

    def __init__(self, house: House) -> None:
        self._house = house

    def gate(self, connector: str, function: str) -> Quota:
        return house_gate(self._house, function)


def poll(house: House) -> str:
    for batch in house.redis.zrange("polls:acme", 0, -1):
        house.redis.zadd("polls:acme", {batch: 1})
    house.redis.delete(f"limit:{house.gate.account}:pollRequests")
    return house.polling.poll("acme")


def envelope(status: str, response: Any) -> dict[str, Any]:
    return {"requestId": "R1", "apiName": "x", "status": status, "response": response}


def test_an_answer_that_comes_later_is_read_like_one_that_came_at_once(later, oracle):
    later.receive("p1", "p2")
    assert later.deliver() == "2 rows of lapsed submitted"
    assert later.redis.zcard("flying:acme") == 0
    oracle.post(REQUESTS, json=[envelope("SUCCESS", answer(None, "NO_RECIPIENT_FOUND: Recipient Not Found"))])

    assert poll(later) == "1 asked after, 1 answered"
    assert later.letters() == [("p2", "NO_RECIPIENT_FOUND", "Recipient Not Found")]
    assert (later.numbers()["sent"], later.waiting()) == (1, 0)


def test_a_destination_alone_may_have_its_answers_come_later(later, oracle):
    later.configure_connector(api="sync")
    later.configure(api="async")
    later.receive("p1")

    assert later.deliver() == "1 row of lapsed submitted"


def test_pending_answers_are_asked_for_less_and_less_often(later, oracle):
    later.receive("p1")
    later.deliver()
    oracle.post(REQUESTS, json=[envelope("IN_PROGRESS", {"errorCode": "PROCESSING_REQUEST"})])

    waits = []
    for _ in range(6):
        assert poll(later) == "1 asked after, 0 answered"
        waits.append(round(later.lanes.next_poll("acme")))
    assert waits == [2, 4, 8, 16, 30, 30]


def test_an_answer_that_is_no_longer_kept_is_an_unknown_outcome(later, oracle):
    later.receive("p1")
    later.deliver()
    oracle.post(REQUESTS, json=[envelope("UNKNOWN", {"errorCode": "RESPONSE_PURGED"})])
    poll(later)

    assert [(profile, code) for profile, code, _ in later.letters()] == [("p1", "OutcomeUnknown")]


def test_a_refusal_that_comes_later_counts_as_one_that_came_at_once(later, oracle):
    later.receive("p1")
    later.deliver()
    oracle.post(REQUESTS, json=[envelope("FAILURE", {"errorCode": "CUSTOM_EVENT_NOT_FOUND", "detail": ""})])
    poll(later)

    assert later.hold("destination", "lapsed") == "held: CUSTOM_EVENT_NOT_FOUND"
    assert later.waiting() == 1


def test_a_question_that_is_not_answered_is_asked_again(later, oracle):
    later.receive("p1")
    later.deliver()
    oracle.add_callback(responses.POST, REQUESTS, sent({"body": requests.ReadTimeout()}))
    poll(later)
    oracle.replace(responses.POST, REQUESTS, json=[envelope("SUCCESS", answer(None))])

    assert poll(later) == "1 asked after, 1 answered"
    assert later.numbers()["sent"] == 1


def test_questions_are_no_more_than_the_account_says(later):
    limits.remember(later.redis, later.gate.account, {"pollRequests": 3})
    gate = replace(house_gate(later, "pollRequests"), limit=0, default=300)

    assert [ask(later, gate) for _ in range(2)] == [1, 0]


def ask(house: House, gate: Quota) -> int:
    """Ask after one request more, if that may be."""
    house.redis.hset("batch:b", mapping={"attempt": 1, "request": "R"})
    house.redis.zadd("polls:acme", {"b": 1})
    return len(house.lanes.claim_polls(gate))
