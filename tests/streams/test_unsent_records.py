"""Records that could not be sent when they were read, and what is sent of them later."""

import pytest

from tests.streams.environment import ago

ADDRESS = "a@example.com"


@pytest.fixture
def load(org):
    """Load contacts that were changed a minute ago."""

    def load(*contacts):
        with ago(org, 60):
            return org.load("Contact", *contacts)

    return load


def test_a_record_that_was_met_deleted_is_new_when_it_comes_back(streams, org, load):
    (one,) = load({"LastName": "One", "Title": "CEO"})
    org.order("delete", {"ids": [one]})
    streams.run()
    assert streams.sent() == []

    org.load("Contact", {"Id": one, "LastName": "One", "Title": "CEO"})
    streams.run()

    assert streams.sent() == [(one, "ADD", {"title": "CEO", "first_name": None})]


def test_a_barred_record_is_new_when_its_conflict_is_gone(streams, org, load):
    load({"LastName": "One", "Email": ADDRESS})
    (barred,) = load({"LastName": "Other", "Title": "CTO", "Email": ADDRESS})
    streams.run()
    assert [name for name, *_ in streams.sent()] != [barred]

    org.edit("Contact", barred, Email="b@example.com")
    streams.run()

    assert streams.sent() == [(barred, "ADD", {"title": "CTO", "first_name": None})]


def test_what_changed_while_a_record_was_barred_is_sent_afterwards(streams, org, load):
    load({"LastName": "One", "Email": ADDRESS})
    (one,) = load({"LastName": "Other", "Title": "CTO", "Email": "b@example.com"})
    streams.run()
    streams.taken()

    org.edit("Contact", one, Email=ADDRESS, Title="CEO")
    streams.run()
    assert streams.sent() == []
    org.edit("Contact", one, Email="c@example.com")
    streams.run()

    assert streams.sent() == [(one, "UPDATE", {"title": "CEO"})]


def test_a_secondary_record_tells_all_when_it_has_become_primary(streams, org, load):
    pair = load(
        {"LastName": "One", "Title": "CEO", "Email": ADDRESS},
        {"LastName": "One", "Title": "CTO", "Email": ADDRESS},
    )
    streams.run()
    ((primary, *_),) = streams.sent()
    (other,) = {*pair} - {primary}
    org.order("delete", {"ids": [primary]})

    org.edit("Contact", other, FirstName="Ada")
    streams.run()

    title = org.record(other, "Contact")["Title"]
    assert streams.sent() == [(other, "ADD", {"title": title, "first_name": "Ada"})]
