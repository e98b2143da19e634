"""Batches that were claimed and not begun, and batches that two workers have."""

from contextlib import ExitStack

from tests.builders import cut
from tests.deliver.environment import EVENT, answer


def test_a_doorbell_that_rings_twice_sends_once(environment, oracle):
    oracle.post(EVENT, json=answer(None))
    environment.receive("p1")
    batch = cut(environment.lanes, environment.quota)

    texts = [environment.delivery.deliver(batch.id, batch.attempt).text for _ in range(2)]
    assert texts == ["1 row of lapsed", "nothing to do: settled, or taken over by another attempt"]
    assert len(oracle.calls) == 2  # the login and the event


def test_a_batch_whose_doorbell_was_lost_is_claimed_again_and_sent(environment, oracle):
    """Or its worker ended before the call began."""
    environment.receive("p1")
    lost = cut(environment.lanes, environment.quota)
    assert environment.lapse(lost) == []

    oracle.post(EVENT, json=answer(None))
    again = environment.lanes.claim(environment.quota)
    assert again.attempt > lost.attempt
    assert environment.delivery.deliver(again.batch, again.attempt).text == "1 row of lapsed"


def test_a_worker_that_stops_gives_back_what_it_has_not_begun(environment, oracle):
    environment.receive("p1")
    environment.stopping.set()

    assert environment.deliver() == "given back: this worker stops"
    environment.stopping.clear()
    oracle.post(EVENT, json=answer(None))
    assert environment.deliver() == "1 row of lapsed"


def test_who_comes_too_late_for_a_permit_takes_another_and_goes_on(environment, oracle):
    """Or a window would hold more calls than are allowed. No try is spent, and its turn is next."""
    environment.receive("p1")
    late = cut(environment.lanes, environment.quota)
    environment.redis.hset(f"batch:{late.id}", "permit_until", 1)

    report = environment.delivery.deliver(late.id, late.attempt)
    again = environment.lanes.claim(environment.quota)

    assert (report.text, report.again) == ("not sent: too late for its permit", True)
    assert (again.batch, again.attempt) == (late.id, late.attempt + 2)
    assert environment.lanes.batch(late.id).tries == 0
    oracle.post(EVENT, json=answer(None))
    assert environment.delivery.deliver(again.batch, again.attempt).text == "1 row of lapsed"


def test_the_last_free_thread_of_a_worker_is_for_other_connectors(environment, oracle):
    """Calls that hang would else keep it for a minute from whom it has work as well."""
    environment.delivery.thread_share.threads = 4
    environment.receive("p1")

    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(environment.delivery.thread_share.reserve("acme"))
        assert environment.deliver() == "given back: the last free thread is for other connectors"

    environment.due()
    oracle.post(EVENT, json=answer(None))
    assert environment.deliver() == "1 row of lapsed"
