"""pipeline.deliver: from a claimed batch to a verdict for every row."""

import json

import responses
from sqlalchemy import select

from pipeline.stores.outcome_tables import batches
from tests.builders import cut
from tests.deliver.environment import EVENT, answer, read


def test_a_batch_is_one_call_and_every_row_has_a_fate(environment, oracle):
    oracle.post(EVENT, json=answer(None, "NO_RECIPIENT_FOUND: Recipient Not Found", None))
    environment.receive("p1", "p2")
    environment.receive("p3", call_type="REMOVE")

    assert environment.deliver() == "3 rows of lapsed, 1 rejected"
    assert environment.letters() == [("p2", "NO_RECIPIENT_FOUND", "Recipient Not Found")]
    assert environment.waiting() == 0
    assert environment.numbers() == {
        "received": 3, "calls": 1, "batches": 1, "rows": 3, "sent": 1, "removed": 1,
        "rejected:NO_RECIPIENT_FOUND": 1,
    }  # fmt: skip


def test_the_call_carries_what_the_activations_say(environment, oracle):
    oracle.post(EVENT, json=answer(None))
    environment.receive("p1")
    environment.deliver()

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


def test_the_ledger_has_one_record_per_batch(environment, oracle):
    oracle.post(EVENT, json=answer(None, "NO_RECIPIENT_FOUND"))
    environment.receive("p1", "p2")
    environment.deliver()

    with environment.engine.connect() as connection:
        (row,) = connection.execute(select(batches)).mappings()
    assert (row["destination"], row["rows"], row["delivered"], row["rejected"]) == ("lapsed", 2, 1, 1)


def test_rows_that_a_new_configuration_cannot_send_are_not_in_the_call(environment, oracle):
    oracle.post(EVENT, json=answer(None))
    environment.receive("p1")
    environment.receive("p2", identifiers={"email": "p2@example.com"})

    assert environment.deliver() == "2 rows of lapsed, 1 rejected"
    assert [(profile, code) for profile, code, _ in environment.letters()] == [("p2", "Invalid")]
    assert len(read(oracle.calls[-1].request)["recipientData"]) == 1


def test_a_worker_that_stops_during_a_call_leaves_the_next_batch_to_others(environment, oracle):
    def meanwhile(_request):
        environment.stopping.set()
        return 200, {}, json.dumps(answer(None))

    environment.configure(max_rows=1)
    environment.receive("p1", "p2")
    batch = cut(environment.lanes, environment.quota)
    oracle.add_callback(responses.POST, EVENT, meanwhile)

    result = environment.delivery.deliver(batch.id, batch.attempt, next_quota=environment.quota)

    assert result.following is None
    assert cut(environment.lanes, environment.quota).attempt == 1


def test_no_personal_data_is_logged(environment, oracle, caplog):
    oracle.post(EVENT, json=answer("NO_RECIPIENT_FOUND"))
    caplog.set_level("DEBUG", logger="pipeline")
    environment.receive("ada-lovelace", variables={"city": "Turin"})
    environment.deliver()

    lines = " ".join(str(record.__dict__) for record in caplog.records if record.name.startswith("pipeline"))
    assert "batch settled" in lines
    assert not [word for word in ("ada-lovelace", "C-ada", "Turin", "secret") if word in lines]


def test_a_call_is_measured_and_its_batch_has_its_seconds(environment, oracle, monkeypatch):
    def take_a_while(_request):
        clock.append(clock[-1] + 2.0)
        return 200, {}, json.dumps(answer(None))

    clock = [100.0]
    monkeypatch.setattr("pipeline.deliver.delivery.now", lambda: clock[-1])
    oracle.add_callback("POST", EVENT, take_a_while)
    environment.receive("p1")
    environment.deliver()

    with environment.engine.connect() as connection:
        assert connection.scalar(select(batches.c.seconds)) == 2.0
    environment.call_seconds.move(environment.redis)
    assert environment.call_seconds.read(environment.redis) == {
        "acme|triggerCustomEvent|2.5": 1,
        "acme|triggerCustomEvent|sum": 2.0,
    }


def test_a_call_that_failed_is_measured_too(environment, oracle):
    oracle.post(EVENT, status=500, json={})
    environment.receive("p1")
    environment.deliver()

    environment.call_seconds.move(environment.redis)
    assert environment.call_seconds.read(environment.redis)["acme|triggerCustomEvent|0.1"] == 1
