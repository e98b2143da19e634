"""Rows that are to be tried again, with both stores: they wait, and hold up nothing."""

import json

import pytest
import requests

from pipeline.operate.batches import page_of_batches
from pipeline.operate.paging import Page
from pipeline.operate.trace import trace
from pipeline.records.catalog import Catalog
from pipeline.settle.witness_notes import read_notes
from tests.deliver.environment import read
from tests.deliver.export import sent_to
from tests.deliver.found import FIND, FUNCTION, WRITE, FindAndWrite


@pytest.fixture
def action():
    """Take the place of a custom event."""
    return FindAndWrite


def answering(oracle, url, **cells):
    """Answer each row by its profile, otherwise with ""; return what may be changed later."""

    def answer(request):
        return 200, {}, json.dumps([cells.get(profile, "") for profile in read(request)["rows"]])

    oracle.add_callback("POST", url, answer)
    return cells


def go(environment):
    """Deliver all that may go now; return the reports."""
    reports = []
    while isinstance(claimed := environment.lanes.claim(environment.quota_of("acme", FUNCTION)), tuple):
        reports.append(environment.delivery.deliver(claimed.batch, claimed.attempt).text)
    return reports


def test_a_locked_row_is_tried_again_alone_and_then_delivered(environment, oracle):
    answering(oracle, FIND)
    locked = answering(oracle, WRITE, p2="locked")
    environment.receive("p1", "p2", "p3")

    assert go(environment) == [
        "3 rows of lapsed, next: write",
        "2 rows of lapsed; 1 row to be tried again",
    ]
    assert (environment.numbers()["sent"], environment.waiting()) == (2, 1)
    environment.receive("p2")
    locked.clear()
    environment.due()

    assert go(environment) == ["1 row of lapsed", "1 row of lapsed, next: write", "1 row of lapsed"]
    assert sent_to(oracle, FIND) == [["p1", "p2", "p3"], ["p2"]]
    assert sent_to(oracle, WRITE) == [["p1", "p2", "p3"], ["p2"], ["p2"]]
    assert (environment.numbers()["sent"], environment.waiting(), environment.letters()) == (4, 0, [])


def test_a_row_that_stays_locked_is_rejected_after_eight_tries(environment, oracle):
    answering(oracle, FIND)
    answering(oracle, WRITE, p2="locked")
    environment.receive("p1", "p2")

    for _ in range(8):
        reports = go(environment)
        environment.due()

    assert reports[-1] == "1 row of lapsed, 1 rejected"
    assert environment.letters() == [("p2", "UNABLE_TO_LOCK_ROW", "write: busy")]
    assert (len(sent_to(oracle, WRITE)), environment.waiting()) == (8, 0)


def test_rows_that_wait_for_their_next_try_take_no_slot_of_the_connector(environment, oracle):
    answering(oracle, FIND, p1="locked", p2="locked")
    environment.receive("p1", "p2")
    go(environment)

    assert (environment.waiting(), environment.redis.zcard("flying:acme")) == (2, 0)


def test_a_worker_that_stops_between_setting_apart_and_settling_loses_no_row(
    environment, oracle, monkeypatch
):
    """The others are found and written again, as after any answer that the ledger does not have."""
    answering(oracle, FIND, p2="locked")
    answering(oracle, WRITE)
    environment.receive("p1", "p2")
    real = environment.lanes.wait_for_step

    class Killed(BaseException):
        """The end of the process."""

    def killed(*_, **__):
        raise Killed

    monkeypatch.setattr(environment.lanes, "wait_for_step", killed)
    with pytest.raises(Killed):
        go(environment)
    monkeypatch.setattr(environment.lanes, "wait_for_step", real)
    for batch, _ in environment.redis.zrange("flying:acme", 0, -1, withscores=True):
        environment.redis.zadd("flying:acme", {batch: 1})
    for batch, attempt in environment.lanes.leases.lapsed("acme"):
        environment.delivery.deliver(batch, attempt)
    environment.due()
    go(environment)
    environment.due()

    assert environment.waiting() == 1
    assert environment.numbers()["sent"] == 1


def test_rows_that_are_so_already_are_unchanged(environment, oracle):
    answering(oracle, FIND, p1="same", p2="none")
    answering(oracle, WRITE)
    environment.receive("p1", "p2", "p3")

    assert go(environment)[-1] == "3 rows of lapsed, 1 unchanged, 1 rejected"
    numbers = environment.numbers()
    assert (numbers["sent"], numbers["unchanged"], numbers["rejected:NO_RECORD_FOUND"]) == (1, 1, 1)
    [outcome] = trace(environment.redis, environment.engine, "p1")["outcomes"]
    assert (outcome["verdict"], outcome["dead_letter"]) == ("unchanged", None)
    [batch] = page_of_batches(environment.engine, Page(10))["batches"]
    assert (batch["delivered"], batch["unchanged"], batch["rejected"]) == (2, 1, 1)


def test_witnesses_are_told_the_verdicts_and_the_identifiers_that_a_batch_learned(
    environment, oracle, monkeypatch
):
    monkeypatch.setattr(Catalog, "witnessed_audiences", frozenset({"lapsed-buyers"}))
    answering(oracle, FIND, p1="003A", p2="none", p3="locked")
    answering(oracle, WRITE)
    environment.receive("p1", "p2", "p3")

    go(environment)

    with environment.engine.connect() as connection:
        [note] = read_notes(connection, 10)
    assert [(row["profile_id"], row["verdict"], row["identifiers"]) for row in note.rows] == [
        ("p1", "delivered", {"salesforce_id": "003A"}),
        ("p2", "NO_RECORD_FOUND", {}),
    ]


def test_a_held_destination_has_back_the_rows_of_its_fault_and_the_others_go_on(environment, oracle):
    fault = answering(oracle, FIND, p1="no list")
    answering(oracle, WRITE)
    environment.receive("p1", "p2")

    assert go(environment) == ["1 row of lapsed, next: write; 1 row given back"]
    assert environment.hold("destination", "lapsed") == "held: NO_LIST"
    fault.clear()
    environment.records.release("destination", "lapsed")
    environment.configure()
    environment.due()
    environment.lanes.flush("lapsed")
    go(environment)

    assert sent_to(oracle, FIND) == [["p1", "p2"], ["p1"]]
    assert sorted(sent_to(oracle, WRITE)) == [["p1"], ["p2"]]
    assert (environment.numbers()["sent"], environment.waiting()) == (2, 0)


def test_what_waited_too_long_is_found_again(environment, oracle):
    answering(oracle, FIND)
    oracle.post(WRITE, body=requests.ConnectionError())
    environment.receive("p1")
    claimed = environment.lanes.claim(environment.quota_of("acme", FUNCTION))
    environment.delivery.deliver(claimed.batch, claimed.attempt)
    [key] = environment.redis.scan_iter("batch:*:rows")
    progress = json.loads(environment.redis.hget(key.removesuffix(b":rows"), "progress"))
    old = json.dumps({**progress, "found_at": progress["found_at"] - 61})
    environment.redis.hset(key.removesuffix(b":rows"), "progress", old)
    oracle.remove("POST", WRITE)
    answering(oracle, WRITE)

    assert go(environment) == ["1 row of lapsed, next: write", "1 row of lapsed"]
    assert len(sent_to(oracle, FIND)) == 2
