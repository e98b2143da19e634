"""Records that could not be sent when they were read, and what is sent of them later."""

from dataclasses import replace

import pytest

from tests.streams.environment import CONTACTS, ago

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


@pytest.fixture
def pair(streams, load):
    """Two records of one person, of which the first is its primary, and was sent."""
    both = load(
        {"LastName": "One", "Title": "CEO", "Email": ADDRESS},
        {"LastName": "One", "Title": "CTO", "Email": ADDRESS},
    )
    streams.run()
    ((primary, *_),) = streams.sent()
    return primary, *({*both} - {primary})


@pytest.mark.parametrize("order", ["delete", "purge", "merge"])
def test_the_successor_of_a_primary_record_is_sent_though_it_has_not_changed(streams, org, pair, order):
    primary, other = pair
    title = org.record(other, "Contact")["Title"]
    org.order(order, {"master": other, "losers": [primary]} if order == "merge" else {"ids": [primary]})

    streams.run(full=order == "purge")

    assert streams.sent() == [(other, "ADD", {"title": title, "first_name": None})]
    streams.run(full=True)
    assert streams.sent() == []


def test_a_successor_that_the_condition_leaves_out_is_not_sent(streams, org, load):
    source = replace(CONTACTS, where={"Title": {"set": True}})
    one, other = load(*[{"LastName": "One", "Title": "CEO", "Email": ADDRESS} for _ in range(2)])
    streams.run(source)
    ((primary, *_),) = streams.sent()
    (other,) = {one, other} - {primary}
    org.edit("Contact", other, Title=None)
    streams.run(source)
    org.order("delete", {"ids": [primary]})

    streams.run(source)

    assert streams.sent() == []
