"""Another object, or another condition, in a source that has run."""

from dataclasses import replace

import pytest

from pipeline.streams.followers import NoFollower
from tests.streams.environment import CONTACTS, LEADS, ago


class Asked(NoFollower):
    """Rules that note the records they are asked about."""

    def __init__(self):
        self.about = []

    def decide(self, _connection, records, *, is_baseline):
        self.about += [(record.id, is_baseline) for record in records]
        return ()


@pytest.fixture
def contacts(org):
    """Two old ones, of which one has an address."""
    with ago(org, 7200):
        contacts = org.load("Contact", {"LastName": "C", "Email": "c@example.com"}, {"LastName": "D"})
    with ago(org, 1000):
        org.load("Lead", {"LastName": "L", "Company": "c", "Email": "l@example.com"})
    return contacts


def test_a_wider_condition_sends_old_records_and_fires_no_rule(streams, org, contacts):
    streams.run(replace(CONTACTS, where={"Email": {"set": True}}))
    streams.taken()
    with ago(org, 60):
        (new,) = org.load("Contact", {"LastName": "E"})

    rules = Asked()
    outcome = streams.run(follower=rules)

    assert [name for name, *_ in streams.sent()] == sorted([contacts[1], new])
    assert sorted(rules.about) == sorted([(contacts[1], True), (new, False)])
    assert (outcome.is_full, streams.run().is_full) == (True, False)


def test_another_object_begins_anew(streams, contacts):
    streams.run(replace(LEADS, name="contacts"))
    streams.taken()

    outcome = streams.run()

    assert [name for name, *_ in streams.sent()] == sorted(contacts)
    assert (outcome.counts.gone, set(streams.known())) == (0, set(contacts))


def test_a_store_without_choices_reads_nothing_again(streams, contacts):
    streams.run()
    with streams.events.begin() as connection:
        connection.exec_driver_sql("UPDATE streams SET choice = ''")

    assert streams.run().is_full is False
    assert streams.state().choice != ""
