"""Readings from the beginning: what they find, and how they go on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.errors import CallError
from tests.streams.environment import CONTACTS, ago


@pytest.fixture
def contact(streams, org):
    """One that was sent."""
    with ago(org, 1000):
        (one,) = org.load("Contact", {"LastName": "One", "Title": "CEO"})
    streams.run()
    streams.taken()
    return one


def test_records_that_were_deleted_for_good_are_found(streams, org, contact):
    org.order("purge", {"ids": [contact]})

    assert streams.run().counts.gone == 0
    outcome = streams.run(full=True)

    assert (outcome.counts.gone, streams.known()[contact].gone) == (1, True)
    assert streams.run(full=True).counts.gone == 0


def test_a_value_that_changed_without_its_stamp_is_found(streams, org, contact):
    """As that of a formula does."""
    with streams.events.begin() as connection:
        connection.exec_driver_sql("UPDATE records SET digest = 'x', body = '[{\"title\":\"Old\"},{}]'")

    assert streams.run().counts.changed == 0
    streams.run(full=True)

    assert streams.sent() == [(contact, "UPDATE", {"first_name": None, "title": "CEO"})]


def test_it_is_due_after_its_span(streams, contact):
    assert streams.run().is_full is False
    assert streams.run(span=timedelta(0)).is_full is True


def test_a_long_one_is_left_to_the_next_run_which_reads_changes_first(streams, org, contact):
    org.order("load", {"object": "Contact", "range": {"count": 2500}})
    streams.run()
    streams.taken()

    assert streams.run(full=True, patience=0).is_full is False
    place = streams.state().full
    org.edit("Contact", contact, Title="CTO")
    outcome = streams.run()

    assert place is not None
    assert (outcome.is_full, streams.state().full) == (True, None)
    assert streams.sent() == [(contact, "UPDATE", {"title": "CTO"})]


def test_one_that_stopped_goes_on_from_there(streams, org, small_pages):
    with ago(org, 1000):
        org.order("load", {"object": "Contact", "range": {"count": 210}})
    fault = {"kind": "error", "errorCode": "QUERY_TIMEOUT", "status": 400, "function": "queryAll", "after": 1}
    org.order("faults", [{**fault, "times": 1}])
    with pytest.raises(CallError):
        streams.run()

    outcome = streams.run()

    assert (outcome.is_baseline, outcome.counts.changed, len(streams.taken())) == (True, 10, 210)


@pytest.mark.parametrize("options", [{}, {"full": True}])
def test_a_resend_that_stopped_goes_on_as_one(streams, org, small_pages, options):
    """Also if the next run reads all from the beginning: everybody was to be sent again."""
    with ago(org, 1000):
        org.order("load", {"object": "Contact", "range": {"count": 210}})
    streams.run()
    streams.taken()
    fault = {"kind": "error", "errorCode": "QUERY_TIMEOUT", "status": 400, "function": "queryAll", "after": 2}
    org.order("faults", [{**fault, "times": 1}])
    with pytest.raises(CallError):
        streams.run(resend=True)
    assert streams.state().resending

    streams.run(**options)

    assert len({activation.profile_id for activation in streams.taken()}) == 210
    assert streams.run(full=True).sent == 0


@pytest.mark.parametrize("option", ["full", "resend"])
def test_a_record_that_the_condition_leaves_out_later_is_not_gone_and_not_sent(streams, org, option):
    with ago(org, 1000):
        one, other = org.load("Contact", *[{"LastName": name, "Title": "CEO"} for name in ("One", "Other")])
    source = replace(CONTACTS, where={"Title": "CEO"})
    streams.run(source)
    streams.taken()

    org.edit("Contact", one, Title="CTO")
    outcome = streams.run(source, **{option: True})

    assert (outcome.counts.gone, streams.known()[one].gone) == (0, False)
    assert [name for name, *_ in streams.sent()] == ([other] if option == "resend" else [])

    org.edit("Contact", one, Title="CEO", FirstName="Ada")
    streams.run(source)

    assert streams.sent() == [(one, "UPDATE", {"first_name": "Ada"})]
