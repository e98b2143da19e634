"""A run in which too many people change sends nothing until a person confirms it."""

from dataclasses import replace

import pytest

from pipeline.produce.appender import AppendFailed
from pipeline.snapshots.concerns import Unconfirmed
from pipeline.streams import change_guard
from pipeline.streams.pairing import Paired
from pipeline.streams.stream_outbox import StreamOutbox
from tests.streams.environment import CONTACTS, ago

PEOPLE = 10


@pytest.fixture
def contacts(streams, org, monkeypatch):
    """The ids of contacts that were read once; two of ten are few."""
    monkeypatch.setattr(change_guard, "FEW", 1)
    with ago(org, 60):
        ids = org.load("Contact", *[{"LastName": f"L{n}"} for n in range(PEOPLE)])
    streams.run()
    streams.taken()
    return ids


def edit(org, ids, title="CTO"):
    for one in ids:
        org.edit("Contact", one, Title=title)


def test_a_first_reading_is_sent(streams, contacts):
    assert streams.state().changing == 0


def test_up_to_a_fifth_may_change(streams, org, contacts):
    edit(org, contacts[:2])

    streams.run()

    assert len(streams.taken()) == 2
    assert streams.state().changing == 0


def test_more_are_sent_when_a_person_agrees(streams, org, contacts):
    edit(org, contacts[:3])
    with pytest.raises(Unconfirmed) as raised:
        streams.run()
    assert str(raised.value) == (
        '3 of 10 people (30 %) of source "contacts" would change; up to 20 % is taken for granted'
    )
    assert streams.taken() == []
    assert streams.state().numbers["activations"] == 0

    streams.run(confirm=lambda concerns: [one.kind for one in concerns] == ["changing"])

    assert [each.variables for each in streams.taken()] == [{"title": "CTO"}] * 3
    assert streams.state().changing == 0


def test_the_next_runs_read_on_and_send_nothing(streams, org, contacts):
    edit(org, contacts[:3])
    with pytest.raises(Unconfirmed):
        streams.run()
    edit(org, contacts[3:4])

    with pytest.raises(Unconfirmed, match="4 of 10 people"):
        streams.run()
    with pytest.raises(Unconfirmed, match="4 of 10 people"):
        streams.run(resend=True)

    assert streams.taken() == []


def test_a_source_says_how_many_may_change(streams, org, contacts):
    edit(org, contacts[:3])

    streams.run(replace(CONTACTS, max_change=30))

    assert len(streams.taken()) == 3


def test_new_records_and_moved_stamps_are_no_changes(streams, org, contacts):
    org.load("Contact", *[{"LastName": f"New{n}"} for n in range(PEOPLE)])
    for one in contacts:
        org.edit("Task", None, Subject="Call", WhoId=one)

    streams.run()

    assert len(streams.taken()) == PEOPLE


def test_deleted_records_are_changes(streams, org, contacts):
    org.order("delete", {"ids": contacts[:3]})

    with pytest.raises(Unconfirmed, match="3 of 10 people"):
        streams.run()


class OwnWrites:
    """A pair that knows each title as its own write."""

    def pair(self, _connection, page):
        return Paired(left_out={record.person: {"title"} for record in page.changed})


def test_writes_of_a_pair_that_come_back_are_no_changes(streams, org, contacts):
    edit(org, contacts)

    streams.run(pairing=OwnWrites())

    assert streams.taken() == []


def test_people_changed_by_a_run_that_stopped_half_way_count(streams, org, contacts, monkeypatch):
    """Otherwise a run that is killed again and again would send everybody, a part at a time."""
    edit(org, contacts[:2])
    with monkeypatch.context() as patch:
        patch.setattr(StreamOutbox, "release", fail)
        patch.setattr(change_guard.ChangeGuard, "clear", fail)
        with pytest.raises(AppendFailed):
            streams.run()
    edit(org, contacts[2:4])

    with pytest.raises(Unconfirmed, match="4 of 10 people"):
        streams.run()
    assert streams.taken() == []


def test_what_was_confirmed_is_sent_after_a_crash(streams, org, contacts, monkeypatch):
    edit(org, contacts[:3])
    with monkeypatch.context() as patch:
        patch.setattr(StreamOutbox, "release", fail)
        with pytest.raises(AppendFailed):
            streams.run(confirm=lambda _: True)

    streams.run()

    assert len(streams.taken()) == 3


def fail(*_, **__):
    raise AppendFailed([], "Redis does not answer")
