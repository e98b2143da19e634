"""pipeline.deliver: from a claimed batch to a fate for every row, with a faked wire and real stores."""

import json
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import requests
import responses
from sqlalchemy import select

from pipeline.deliver import Delivery
from pipeline.deliver.answers import Answers
from pipeline.deliver.failures import MAX_ATTEMPTS, Failures
from pipeline.deliver.set_ups import SetUps
from pipeline.lanes import limits
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota
from pipeline.model.activation import Activation, encode
from pipeline.records import mirror
from pipeline.responsys.client import Client
from pipeline.responsys.login import Tokens
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import Filter
from pipeline.settle.settlement import Settlement
from pipeline.stores.tables import batches
from tests.builders import Newest, add_rows, cut
from tests.fixtures.oracle import HOST

EVENT = f"{HOST}/rest/api/v1.3/events/LAPSED"
CONFIGURATION: dict[str, Any] = {
    "connectors": {
        "acme": {
            "kind": "responsys", "name": "Acme", "username": "api_user", "password": "secret",
            "auth_endpoint": HOST, "profile_list": "CONTACTS_LIST", "identifier_type": "crm_id",
            "enabled": True,
            "api": "sync", "limits": {}, "utilisation": 1.0, "max_in_flight": 100,
        },
    },
    "destinations": {
        "lapsed": {
            "audience": "lapsed-buyers", "connector": "acme", "action": "custom_event", "event": "LAPSED",
            "max_rows": 200, "max_age": 600,
        },
    },
}  # fmt: skip


def activation(profile: str, **changes: Any) -> Activation:
    whole = Activation(
        audience="lapsed-buyers",
        profile_id=profile,
        call_type="ADD",
        identifiers={"crm_id": f"C-{profile}"},
        variables={"tier": "gold"},
        occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    return msgspec.structs.replace(whole, **changes)


def answer(*errors: str | None) -> list[dict[str, Any]]:
    """Results as on Oracle's page: one element per recipient, in order."""
    return [
        {"errorMessage": error, "success": error is None, "recipientId": -1 if error else 364470001 + n}
        for n, error in enumerate(errors)
    ]


def read(request) -> dict[str, Any]:
    """Take in a request's body, as sending it does."""
    return json.loads(b"".join(request.body))


def sent(failure: dict[str, Any]) -> Any:
    """Answer badly, or not at all, when the body has gone out."""

    def callback(request):
        read(request)
        if isinstance(failure.get("body"), Exception):
            raise failure["body"]
        return failure.get("status", 200), {}, failure["body"]

    return callback


def refusal(code: str, detail: str = "") -> dict[str, Any]:
    return {"type": "", "title": "", "errorCode": code, "detail": detail, "errorDetails": []}


class House:
    """Everything a delivery needs, and what a test looks at."""

    def __init__(self, redis, engine, records, vault) -> None:
        self.redis, self.engine, self.records = redis, engine, records
        self.lanes = Lanes(redis)
        self.stopping = threading.Event()
        self.configure()
        tokens, settlement, once = (
            Tokens(redis, vault, take=limits.take),
            Settlement(engine, self.lanes),
            SetUps(redis),
        )
        failures = Failures(
            client=redis,
            lanes=self.lanes,
            records=records,
            settlement=settlement,
            once=once,
            window=60,
        )
        self.delivery = Delivery(
            lanes=self.lanes,
            catalog=Newest(records.load),
            responsys=lambda connector: Client(connector, tokens, session=requests.Session()),
            settlement=settlement,
            failures=failures,
            answers=Answers(self.lanes, settlement, failures, once),
            once=once,
            stopping=self.stopping,
        )
        account = records.load().connectors["acme"].account
        self.gate = Quota("acme", "triggerCustomEvent", account, 100, limit=60_000, utilisation=1.0)

    def configure(self, **changes: Any) -> None:
        lapsed = {**CONFIGURATION["destinations"]["lapsed"], **changes}
        self.records.apply({**CONFIGURATION, "destinations": {"lapsed": lapsed}})
        mirror.refresh(self.redis, self.records)

    def configure_connector(self, **changes: Any) -> None:
        self.records.apply(
            {**CONFIGURATION, "connectors": {"acme": {**CONFIGURATION["connectors"]["acme"], **changes}}}
        )
        mirror.refresh(self.redis, self.records)

    def receive(self, *profiles: str, **changes: Any) -> None:
        """Put one row per profile into the lane, and make them due."""
        add_rows(self.redis, [(profile, encode(activation(profile, **changes))) for profile in profiles])
        self.lanes.flush("lapsed")

    def deliver(self) -> str:
        batch = cut(self.lanes, self.gate)
        return self.delivery.deliver(batch.id, batch.attempt).text

    def due(self) -> None:
        """Let the time until the next try, and every pause, pass."""
        for key in self.redis.scan_iter("retry:acme:*"):
            for batch in self.redis.zrange(key, 0, -1):
                self.redis.zadd(key, {batch: 1})
        for key in self.redis.scan_iter(f"limit:{self.gate.account}:*"):
            self.redis.delete(key)
        self.redis.delete(f"capacity:{self.gate.account}")

    def letters(self) -> list[tuple[str, str, str]]:
        found = dead_letters.found(self.engine, Filter())
        return sorted((letter.profile_id, letter.code, letter.detail) for letter in found)

    def numbers(self) -> dict[str, int]:
        return stats.read_statistics(self.redis, self.engine)[stats.Where("acme", "lapsed")]

    def waiting(self) -> int:
        return self.redis.hlen("rows:lapsed") + self.redis.zcard("parked:lapsed")

    def hold(self, scope: str, name: str) -> str | None:
        hold = self.records.load().holds.get((scope, name))
        return hold and f"{hold.kind}: {hold.code}"


@pytest.fixture
def house(redis, engine, records, vault, oracle):
    return House(redis, engine, records, vault)


def test_a_batch_is_one_call_and_every_row_has_a_fate(house, oracle):
    oracle.post(EVENT, json=answer(None, "NO_RECIPIENT_FOUND: Recipient Not Found", None))
    house.receive("p1", "p2")
    house.receive("p3", call_type="REMOVE")

    assert house.deliver() == "3 rows of lapsed, 1 rejected"
    assert house.letters() == [("p2", "NO_RECIPIENT_FOUND", "Recipient Not Found")]
    assert house.waiting() == 0
    assert house.numbers() == {
        "received": 3, "calls": 1, "batches": 1, "rows": 3, "sent": 1, "removed": 1,
        "rejected:NO_RECIPIENT_FOUND": 1,
    }  # fmt: skip


def test_the_call_carries_what_the_activations_say(house, oracle):
    oracle.post(EVENT, json=answer(None))
    house.receive("p1")
    house.deliver()

    assert read(oracle.calls[-1].request)["recipientData"] == [
        {
            "recipient": {"customerId": "C-p1", "listName": {"objectName": "CONTACTS_LIST"}},
            "optionalData": [
                {"name": "profileId", "value": "p1"},
                {"name": "callType", "value": "ADD"},
                {"name": "tier", "value": "gold"},
            ],
        }
    ]


def test_the_ledger_has_one_record_per_batch(house, oracle):
    oracle.post(EVENT, json=answer(None, "NO_RECIPIENT_FOUND"))
    house.receive("p1", "p2")
    house.deliver()

    with house.engine.connect() as connection:
        (row,) = connection.execute(select(batches)).mappings()
    assert (row["destination"], row["rows"], row["delivered"], row["rejected"]) == ("lapsed", 2, 1, 1)


def test_a_doorbell_that_rings_twice_sends_once(house, oracle):
    oracle.post(EVENT, json=answer(None))
    house.receive("p1")
    batch = cut(house.lanes, house.gate)

    texts = [house.delivery.deliver(batch.id, batch.attempt).text for _ in range(2)]
    assert texts == ["1 row of lapsed", "nothing to do: settled, or taken over by another attempt"]
    assert len(oracle.calls) == 2  # the login and the event


@pytest.mark.parametrize("status", [400, 401, 429])
def test_a_function_that_is_limited_pauses_and_its_rows_wait(house, oracle, status):
    """Sources disagree on the status; the code decides."""
    oracle.post(EVENT, status=status, json=refusal("API_LIMIT_EXCEEDED"))
    house.receive("p1")

    assert house.deliver() == "API_LIMIT_EXCEEDED: 1 row waits"
    assert 59 < house.lanes.claim(house.gate) <= 66
    assert house.letters() == []


def test_throttling_uses_no_attempt_up(house, oracle):
    house.receive("p1")
    for _ in range(MAX_ATTEMPTS + 1):
        oracle.post(EVENT, status=400, json=refusal("API_LIMIT_EXCEEDED"))
        house.deliver()
        house.due()
        oracle.remove(responses.POST, EVENT)
    oracle.post(EVENT, json=answer(None))

    assert house.deliver() == "1 row of lapsed"


def test_an_exhausted_account_pauses_as_a_whole(house, oracle):
    oracle.post(EVENT, status=400, json=refusal("INTERNAL_CAPACITY_LIMIT_EXCEEDED"))
    house.receive("p1")
    house.deliver()

    assert 59 < house.lanes.claim(replace(house.gate, function="triggerCustomEvent")) <= 60
    assert house.redis.hget(f"capacity:{house.gate.account}", "strikes") == b"1"


def test_a_call_that_did_not_get_there_is_tried_eight_times(house, oracle):
    oracle.post(EVENT, status=503, json=refusal("SERVICE_UNAVAILABLE", "try later"))
    house.receive("p1")

    texts = []
    for _ in range(MAX_ATTEMPTS):
        texts.append(house.deliver())
        house.due()
    assert texts[0] == "SERVICE_UNAVAILABLE: 1 row, try 1 of 8"
    assert texts[-1] == "1 row of lapsed, 1 rejected"
    assert house.letters() == [("p1", "SERVICE_UNAVAILABLE", "try later")]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        ({"body": requests.ReadTimeout()}, "Timeout"),
        ({"body": requests.ConnectionError("reset")}, "OutcomeUnknown"),
        ({"status": 502, "body": "<html>Bad Gateway</html>"}, "OutcomeUnknown"),
        ({"body": '[{"errorMessage": nu'}, "OutcomeUnknown"),
        ({"body": json.dumps(answer(None))}, "OutcomeUnknown"),
        ({"body": json.dumps(answer(None, None, None))}, "OutcomeUnknown"),
    ],
)
def test_an_event_whose_outcome_is_unknown_is_not_sent_again(house, oracle, failure, code):
    oracle.add_callback(responses.POST, EVENT, sent(failure))
    house.receive("p1", "p2")

    assert house.deliver() == "2 rows of lapsed, 2 rejected"
    assert [(profile, found) for profile, found, _ in house.letters()] == [("p1", code), ("p2", code)]
    assert house.waiting() == 0


def test_a_destination_may_ask_for_unknown_outcomes_to_be_sent_again(house, oracle):
    house.configure(on_unknown="resend")
    oracle.add_callback(responses.POST, EVENT, sent({"body": requests.ReadTimeout()}))
    house.receive("p1")

    assert house.deliver() == "Timeout: 1 row, try 1 of 8"
    house.due()
    oracle.replace(responses.POST, EVENT, json=answer(None))
    assert house.deliver() == "1 row of lapsed"


@pytest.mark.parametrize("code", ["CUSTOM_EVENT_NOT_FOUND", "LIST_NOT_FOUND", "API_BLOCKED"])
def test_what_the_destination_lacks_holds_it_and_its_rows_wait(house, oracle, code):
    oracle.post(EVENT, status=404, json=refusal(code))
    house.receive("p1")
    house.deliver()

    assert house.hold("destination", "lapsed") == f"held: {code}"
    assert (house.waiting(), house.lanes.claim(house.gate)) == (1, None)
    house.records.release("destination", "lapsed")
    mirror.refresh(house.redis, house.records)
    oracle.replace(responses.POST, EVENT, json=answer(None))
    assert house.deliver() == "1 row of lapsed"


def test_a_list_that_single_recipients_miss_holds_the_destination_too(house, oracle):
    """Recorded: 200 with PROFILE_LIST_NOT_FOUND per recipient. What was delivered stays delivered."""
    oracle.post(EVENT, json=answer(None, "PROFILE_LIST_NOT_FOUND"))
    house.receive("p1", "p2")

    assert house.deliver() == "2 rows of lapsed, 1 given back"
    assert house.hold("destination", "lapsed") == "held: PROFILE_LIST_NOT_FOUND"
    assert (house.redis.hkeys("rows:lapsed"), house.letters()) == ([b"p2"], [])
    assert house.numbers()["sent"] == 1


def test_refused_credentials_hold_the_connector_before_any_call(house, oracle):
    url = f"{HOST}/rest/api/v1.3/auth/token"
    oracle.replace(responses.POST, url, status=400, json=refusal("INVALID_USER_NAME_PASSWORD"))
    house.receive("p1")
    house.deliver()

    assert house.hold("connector", "acme") == "held: INVALID_USER_NAME_PASSWORD"
    assert (house.waiting(), house.lanes.claim(house.gate), house.letters()) == (1, None, [])


def test_a_row_that_spoils_its_call_comes_to_stand_alone(house, oracle):
    def judge(request):
        people = [one["recipient"]["customerId"] for one in read(request)["recipientData"]]
        if "C-p3" in people:
            return 400, {}, json.dumps(refusal("INVALID_PARAMETER", "bad value"))
        return 200, {}, json.dumps(answer(*[None] * len(people)))

    oracle.add_callback(responses.POST, EVENT, judge)
    house.receive(*[f"p{n}" for n in range(8)])
    while house.waiting():
        house.deliver()

    assert house.letters() == [("p3", "INVALID_PARAMETER", "bad value")]
    assert house.numbers()["sent"] == 7


def test_a_refusal_of_the_whole_call_that_no_row_explains_rejects_all(house, oracle):
    oracle.post(EVENT, status=400, json=refusal("SOMETHING_NEW", "never seen"))
    house.receive("p1", "p2")
    house.deliver()

    assert house.letters() == [("p1", "SOMETHING_NEW", "never seen"), ("p2", "SOMETHING_NEW", "never seen")]


def test_rows_that_a_new_configuration_cannot_send_are_not_in_the_call(house, oracle):
    oracle.post(EVENT, json=answer(None))
    house.receive("p1")
    house.receive("p2", identifiers={"email": "p2@example.com"})

    assert house.deliver() == "2 rows of lapsed, 1 rejected"
    assert [(profile, code) for profile, code, _ in house.letters()] == [("p2", "Invalid")]
    assert len(read(oracle.calls[-1].request)["recipientData"]) == 1


def test_rows_of_a_destination_that_was_removed_become_dead_letters(house, oracle):
    house.receive("p1")
    house.records.apply({**CONFIGURATION, "destinations": {}}, prune=True)
    mirror.refresh(house.redis, house.records)
    batch = cut(house.lanes, Quota("-", "-", "-", limit=60_000))
    house.delivery.deliver(batch.id, batch.attempt)

    why = "the destination was removed before the row could be sent"
    assert house.letters() == [("p1", "Invalid", why)]
    assert house.waiting() == 0


def die(*_):
    raise InterruptedError


def test_rows_whose_dead_letters_are_written_go_nowhere_else(house, oracle, monkeypatch):
    """Its worker dies just then, and the destination comes back."""
    house.receive("p1")
    house.records.apply({**CONFIGURATION, "destinations": {}}, prune=True)
    mirror.refresh(house.redis, house.records)
    batch = cut(house.lanes, Quota("-", "-", "-", limit=60_000))
    with monkeypatch.context() as patch:
        patch.setattr(house.lanes, "settle", die)
        with pytest.raises(InterruptedError):
            house.delivery.deliver(batch.id, batch.attempt)
    house.configure()
    house.redis.zadd("flying:-", {batch.id: 1})
    again = house.lanes.lapsed("-")

    for each in again:
        house.delivery.deliver(*each)

    assert len(house.letters()) == 1
    assert house.waiting() == 0
    assert len(oracle.calls) == 0


def test_an_end_that_was_begun_and_not_written_down_is_an_unknown_outcome(house, oracle):
    """Its worker dies before the dead letters, and the destination comes back."""
    house.receive("p1")
    batch = cut(house.lanes, house.gate)
    assert house.lanes.begin(batch, call=False)
    ((_, later),) = lapse(house, batch)

    house.delivery.deliver(batch.id, later)

    assert [code for _, code, _ in house.letters()] == ["OutcomeUnknown"]
    assert house.waiting() == 0
    assert "calls" not in house.numbers()


def test_of_two_who_have_heard_of_a_batch_one_ends_it(house, oracle, monkeypatch):
    """One takes its destination for removed, the other for moved elsewhere."""
    house.receive("p1")
    batch = cut(house.lanes, house.gate)
    house.records.apply({**CONFIGURATION, "destinations": {}}, prune=True)
    mirror.refresh(house.redis, house.records)
    repeat = house.delivery._settlement.repeat

    def meanwhile(each):
        monkeypatch.undo()
        house.records.apply({
            **CONFIGURATION,
            "connectors": {**CONFIGURATION["connectors"], "other": CONFIGURATION["connectors"]["acme"]},
            "destinations": {"lapsed": {**CONFIGURATION["destinations"]["lapsed"], "connector": "other"}},
        })  # fmt: skip
        mirror.refresh(house.redis, house.records)
        assert house.delivery.deliver(batch.id, batch.attempt).text.startswith("nothing to do")
        return repeat(each)

    monkeypatch.setattr(house.delivery._settlement, "repeat", meanwhile)
    house.delivery.deliver(batch.id, batch.attempt)

    assert len(house.letters()) == 1
    assert house.waiting() == 0


def test_rows_do_not_come_straight_back_while_redis_does_not_know_where_they_go_now(house):
    house.receive("p1")
    batch = cut(house.lanes, house.gate)
    house.records.apply({
        **CONFIGURATION,
        "connectors": {**CONFIGURATION["connectors"], "other": CONFIGURATION["connectors"]["acme"]},
        "destinations": {"lapsed": {**CONFIGURATION["destinations"]["lapsed"], "connector": "other"}},
    })  # fmt: skip

    report = house.delivery.deliver(batch.id, batch.attempt)

    assert report.text == "given back: the destination was changed"
    assert house.lanes.claim(house.gate) == pytest.approx(1, abs=0.1)
    assert house.waiting() == 1


def lapse(house, batch):
    """Let the worker's lease run out."""
    house.redis.zadd("flying:acme", {batch.id: 1})
    return house.lanes.lapsed("acme")


def test_a_call_whose_worker_died_is_an_unknown_outcome(house, oracle):
    house.receive("p1")
    batch = cut(house.lanes, house.gate)
    house.lanes.begin(batch)
    ((_, later),) = lapse(house, batch)

    assert house.delivery.deliver(batch.id, later).text == "1 row of lapsed, 1 rejected"
    assert house.letters() == [("p1", "OutcomeUnknown", "the worker stopped during the call")]


def test_what_was_recorded_and_not_settled_is_settled_from_the_ledger(house, oracle):
    oracle.post(EVENT, json=answer(None, "PROFILE_LIST_NOT_FOUND", "NO_RECIPIENT_FOUND"))
    house.receive("p1", "p2", "p3")
    batch = cut(house.lanes, house.gate)
    house.lanes.settle, settle = lambda *_: True, house.lanes.settle
    house.delivery.deliver(batch.id, batch.attempt)
    house.lanes.settle = settle
    ((_, later),) = lapse(house, batch)

    assert house.delivery.deliver(batch.id, later).text == "3 rows of lapsed, settled from the ledger"
    assert house.redis.hkeys("rows:lapsed") == [b"p2"]
    assert (house.numbers()["sent"], len(house.letters())) == (1, 1)


def test_who_comes_second_with_an_outcome_changes_nothing(house, oracle):
    """A worker that was only slow wakes up when its batch has been given up."""
    house.receive("p1")
    batch = cut(house.lanes, house.gate)

    def slow(_request):
        ((_, later),) = lapse(house, batch)
        house.delivery.deliver(batch.id, later)
        return 200, {}, json.dumps(answer(None))

    oracle.add_callback(responses.POST, EVENT, slow)
    house.delivery.deliver(batch.id, batch.attempt)

    assert [(profile, code) for profile, code, _ in house.letters()] == [("p1", "OutcomeUnknown")]
    assert house.numbers().get("sent") is None
    assert house.waiting() == 0


def test_a_worker_that_stops_gives_back_what_it_has_not_begun(house, oracle):
    house.receive("p1")
    house.stopping.set()

    assert house.deliver() == "given back: this worker stops"
    house.stopping.clear()
    oracle.post(EVENT, json=answer(None))
    assert house.deliver() == "1 row of lapsed"


def test_a_worker_that_stops_during_a_call_leaves_the_next_batch_to_others(house, oracle):
    def meanwhile(_request):
        house.stopping.set()
        return 200, {}, json.dumps(answer(None))

    house.configure(max_rows=1)
    house.receive("p1", "p2")
    batch = cut(house.lanes, house.gate)
    oracle.add_callback(responses.POST, EVENT, meanwhile)

    assert house.delivery.deliver(batch.id, batch.attempt, then=house.gate).following is None
    assert cut(house.lanes, house.gate).attempt == 1


def test_who_comes_too_late_for_a_permit_takes_another_and_goes_on(house, oracle):
    """Or a window would hold more calls than are allowed. No try is spent, and its turn is next."""
    house.receive("p1")
    late = cut(house.lanes, house.gate)
    house.redis.hset(f"batch:{late.id}", "permit_until", 1)

    report = house.delivery.deliver(late.id, late.attempt)
    again = house.lanes.claim(house.gate)

    assert (report.text, report.again) == ("not sent: too late for its permit", True)
    assert (again.batch, again.attempt, house.lanes.batch(late.id).tries) == (late.id, late.attempt + 2, 0)
    oracle.post(EVENT, json=answer(None))
    assert house.delivery.deliver(again.batch, again.attempt).text == "1 row of lapsed"


def test_the_last_free_thread_of_a_worker_is_for_other_connectors(house, oracle):
    """Calls that hang would else keep it for a minute from whom it has work as well."""
    house.delivery.seats.threads = 4
    house.receive("p1")

    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(house.delivery.seats.take("acme"))
        assert house.deliver() == "given back: the last free thread is for other connectors"

    house.due()
    oracle.post(EVENT, json=answer(None))
    assert house.deliver() == "1 row of lapsed"


def test_a_worker_that_stops_leaves_its_calls_to_others_at_once(house, oracle):
    house.receive("p1")
    batch = cut(house.lanes, house.gate)
    found = []

    def hang(_request):
        house.delivery.abandon()
        found.extend(house.lanes.lapsed("acme"))
        return 200, {}, json.dumps(answer(None))

    oracle.add_callback(responses.POST, EVENT, hang)
    house.delivery.deliver(batch.id, batch.attempt)

    assert found == [(batch.id, batch.attempt + 1)]


def test_a_call_that_takes_long_is_not_taken_for_lost(house, oracle):
    house.receive("p1")
    batch = cut(house.lanes, house.gate)
    found = []

    def take_long(_request):
        house.redis.zadd("flying:acme", {batch.id: 1})
        house.delivery.keep()
        found.extend(house.lanes.lapsed("acme"))
        return 200, {}, json.dumps(answer(None))

    oracle.add_callback(responses.POST, EVENT, take_long)
    house.delivery.deliver(batch.id, batch.attempt)

    assert (found, house.numbers()["sent"]) == ([], 1)


def test_no_personal_data_is_logged(house, oracle, caplog):
    oracle.post(EVENT, json=answer("NO_RECIPIENT_FOUND"))
    caplog.set_level("DEBUG", logger="pipeline")
    house.receive("ada-lovelace", variables={"city": "Turin"})
    house.deliver()

    lines = " ".join(str(record.__dict__) for record in caplog.records if record.name.startswith("pipeline"))
    assert "batch settled" in lines
    assert not [word for word in ("ada-lovelace", "C-ada", "Turin", "secret") if word in lines]
