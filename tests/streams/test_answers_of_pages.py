"""Pages that an org answers otherwise than it was asked to."""

from typing import Any

import pytest

from pipeline.errors import Held, RetryLater
from pipeline.model.call import Call
from tests.streams.environment import Streams


@pytest.fixture
def contacts(org):
    return org.load("Contact", *[{"LastName": name} for name in ("A", "B", "C")])


@pytest.fixture
def repeating(streams: Streams):
    """Streams whose org answers to every question as to the first one, with more to follow."""
    first: dict[str, Any] = {}

    def ask(call: Call) -> Any:
        if not first:
            first.update(streams.client.send(call))
        return {**first, "done": False}

    streams.ask = ask
    return streams


def test_a_page_that_repeats_rows_holds_the_source(repeating, contacts):
    with pytest.raises(Held, match="PAGE_REPEATS"):
        repeating.run()


def test_rows_behind_a_locator_are_asked_for_by_their_key(streams, contacts):
    asked: list[Call] = []

    def ask(call: Call) -> Any:
        answer = streams.client.send(call)
        asked.append(call)
        if len(asked) > 1:
            return answer
        return {**answer, "records": answer["records"][:1], "done": False, "nextRecordsUrl": "/gone-2000"}

    streams.ask = ask

    streams.run()

    assert [each[0] for each in streams.sent()] == contacts
    assert not any("gone" in call.path for call in asked)


def test_records_that_an_answer_has_no_room_for_are_asked_for_again(streams, org, contacts):
    """Wide rows make pages shorter: a record that is not on the first one is not gone."""
    org.order("behaviour", {"page_size": 1})

    found = streams.prepare().reader.by_ids(contacts)

    assert sorted(each.id for each in found) == sorted(contacts)


def test_an_answer_with_fewer_records_than_it_counts_makes_none_gone(streams, org, contacts):
    """They are looked for by id, and one that is missing counts as deleted for good."""
    streams.run()
    streams.taken()
    org.order("faults", [{"kind": "short", "function": "queryAll", "when": "after"}])

    with pytest.raises(RetryLater, match="fewer records than it counts"):
        streams.run(full=True)

    org.order("faults", [])
    assert streams.run(full=True).counts.gone == 0
    assert streams.sent() == []
