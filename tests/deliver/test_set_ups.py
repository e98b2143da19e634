"""Things that are set up once, before the steps that need them."""

from collections.abc import Sequence

import pytest
import responses

from pipeline.deliver.set_ups import SetUps
from pipeline.errors import Held
from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.records import mirror
from tests.builders import cut
from tests.deliver.environment import Environment, refusal
from tests.deliver.export import (
    EXTENSIONS,
    FIELDS,
    FUNCTIONS,
    MEMBERS,
    MERGE,
    TABLES,
    Export,
    call,
    cells,
    go,
    sent_to,
)
from tests.fixtures.oracle import HOST


@pytest.fixture
def action():
    """Take the place of a custom event."""
    return Export


def test_what_is_there_is_not_made_and_then_not_looked_for_again(environment, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=["T"])
    oracle.post(FIELDS, json=[""])
    for profile in ("p1", "p2"):
        environment.receive(profile)
        go(environment)

    urls = [one.request.url.removeprefix(HOST) for one in oracle.calls][1:]
    assert urls == [url.removeprefix(HOST) for url in (MERGE, TABLES, FIELDS, MERGE, FIELDS)]


def test_a_table_that_somebody_else_made_in_the_meantime_is_taken_as_it_is(environment, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=[])
    oracle.post(TABLES, status=400, json=refusal("OBJECT_ALREADY_EXISTS"))
    oracle.post(FIELDS, json=[""])
    environment.receive("p1")

    assert go(environment)[-1] == "1 row of lapsed"


def test_one_batch_sets_up_while_the_others_wait(environment, oracle):
    oracle.post(MERGE, json=[""])
    environment.configure(max_rows=1)
    environment.receive("p1", "p2")
    oracle.get(TABLES, json=[])
    first = environment.lanes.claim(environment.quota_of("acme", "mergeListMembers"))
    environment.delivery.deliver(first.batch, first.attempt)
    second = environment.lanes.claim(environment.quota_of("acme", "mergeListMembers"))
    environment.delivery.deliver(second.batch, second.attempt)
    looks = [
        environment.lanes.claim(environment.quota_of("acme", "retrieveProfileExtensions")) for _ in range(2)
    ]

    texts = [environment.delivery.deliver(look.batch, look.attempt).text for look in looks]
    assert texts == ["1 row of lapsed, next: create", "look: another worker is at it"]
    assert environment.redis.zcard("flying:acme") == 0  # who waits for a table takes no slot of the connector


def test_a_table_that_another_worker_made_since_it_was_looked_up_is_not_looked_for_again(
    environment, oracle, monkeypatch
):
    """Between reading what is known and reserving, another worker may make the table and release it."""
    oracle.post(MERGE, json=[""])
    environment.receive("p1")
    merge = cut(environment.lanes, environment.quota_of("acme", "mergeListMembers"))
    environment.delivery.deliver(merge.id, merge.attempt)
    look = environment.lanes.claim(environment.quota_of("acme", "retrieveProfileExtensions"))
    reserve = SetUps.reserve

    def reserve_late(self, account, thing, batch):
        assert reserve(self, account, thing, "another batch")
        self.note_known(account, thing)
        self.release(account, thing)
        return reserve(self, account, thing, batch)

    monkeypatch.setattr(SetUps, "reserve", reserve_late)
    oracle.post(FIELDS, json=[""])

    text = environment.delivery.deliver(look.batch, look.attempt).text
    assert text == "look: another worker is at it"
    monkeypatch.undo()
    environment.due()
    go(environment)
    assert [call.request.url for call in oracle.calls if call.request.url == TABLES] == []


def test_a_table_that_cannot_be_made_holds_the_destination_and_no_row_is_merged_twice(environment, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=[])
    oracle.post(TABLES, status=400, json=refusal("INVALID_PARAMETER", "bad folder"))
    environment.receive("p1")
    go(environment)

    assert environment.hold("destination", "lapsed") == "held: INVALID_PARAMETER"
    assert (environment.waiting(), environment.letters()) == (1, [])
    oracle.replace(responses.POST, TABLES, json=True)
    oracle.post(FIELDS, json=[""])
    release(environment)
    assert go(environment)[-1] == "1 row of lapsed"
    assert len(sent_to(oracle, MERGE)) == 1


def test_a_table_that_somebody_made_while_its_destination_was_held_is_found(environment, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=[])
    oracle.post(TABLES, status=404, json=refusal("FOLDER_NOT_FOUND"))
    environment.receive("p1")
    go(environment)
    oracle.replace(responses.GET, TABLES, json=["T"])
    oracle.post(FIELDS, json=[""])
    release(environment)

    assert go(environment)[-1] == "1 row of lapsed"
    assert len(sent_to(oracle, MERGE)) == 1


def test_a_table_that_was_deleted_is_looked_for_again(environment, oracle):
    oracle.post(MERGE, json=[""])
    oracle.get(TABLES, json=["T"])
    oracle.post(FIELDS, status=404, json=refusal("PROFILE_EXTENSION_NOT_FOUND"))
    environment.receive("p1")
    go(environment)
    oracle.replace(responses.GET, TABLES, json=[])
    oracle.post(TABLES, json=True)
    oracle.replace(responses.POST, FIELDS, json=[""])
    release(environment)

    assert go(environment)[-1] == "1 row of lapsed"
    assert len(sent_to(oracle, MERGE)) == 1


def release(environment: Environment) -> None:
    environment.records.release("destination", "lapsed")
    mirror.refresh(environment.redis, environment.records)
    environment.due()


class Died(BaseException):
    """The worker has died: nothing catches it."""


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


def test_what_must_not_be_done_twice_is_not_because_of_a_set_up_before_it(environment, oracle, monkeypatch):
    """The step that a dead worker was at must not depend on what is known when it is missed."""

    def die(_request):
        raise Died

    monkeypatch.setattr(Export, "steps", once_only)
    oracle.get(TABLES, json=["T"])
    oracle.add_callback(responses.POST, MERGE, die)
    environment.receive("p1")
    SetUps(environment.redis).note_known(environment.account, "T")
    batch = cut(environment.lanes, environment.quota_of("acme", FUNCTIONS[0]))
    with pytest.raises(Died):
        environment.delivery.deliver(batch.id, batch.attempt)
    (again,) = environment.lapse(batch)
    SetUps(environment.redis).forget(environment.account)

    environment.delivery.deliver(*again)
    assert [(profile, code) for profile, code, _ in environment.letters()] == [("p1", "OutcomeUnknown")]


def test_a_reservation_lives_longer_than_the_call_that_it_is_for(redis):
    set_ups = SetUps(redis, call_timeout=600)
    set_ups.reserve("account", "T", "batch")

    (key,) = redis.keys("making:*")
    assert redis.ttl(key) >= 600


def test_a_look_that_finds_something_wrong_gives_its_turn_back(environment, oracle, monkeypatch):
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
    environment.receive("p1")
    go(environment)

    assert environment.hold("destination", "lapsed") == "held: MISSING_COLUMN"
    assert SetUps(environment.redis).reserve(environment.account, "T", "another batch")
