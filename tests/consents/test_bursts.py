"""Bursts: nothing is passed on from a source by which too many opt out within an hour."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from pipeline.consents.bursts import open_bursts, release
from pipeline.model.source_record import SourceRecord
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import outgoing


def opt_outs(consent, amount, first=0):
    events = [
        SourceRecord("opt-outs", str(number), "OPT_OUT", consent.now, email=f"{number}@example.com")
        for number in range(first, first + amount)
    ]
    return consent.page("opt-outs", "", events)


def held(consent):
    with reading(consent.events) as connection:
        return [(one.source, one.amount, one.people) for one in open_bursts(connection)]


def let_go(consent):
    with consent.events.begin() as connection:
        return release(connection, "email", "consents/email", consent.now)


def waiting(consent):
    with reading(consent.events) as connection:
        return dict(
            connection.execute(select(outgoing.c.source, func.count()).group_by(outgoing.c.source)).all()
        )


def test_a_few_are_no_burst_however_few_people_there_are(consent):
    assert len(opt_outs(consent, 20)) == 20
    assert held(consent) == []


@pytest.fixture
def burst(consent):
    assert opt_outs(consent, 21) == []
    return consent


def test_in_a_burst_states_count_and_nothing_is_passed_on(burst):
    assert held(burst) == [("opt-outs", 21, 21)]
    assert burst.statuses == [("out", 1)] * 21
    assert waiting(burst) == {"held/email/opt-outs": 21}


def test_what_comes_after_a_burst_waits_too(burst):
    burst.now += 7_200_000

    assert opt_outs(burst, 1, first=100) == []
    assert waiting(burst) == {"held/email/opt-outs": 22}


def test_other_sources_go_on(burst):
    assert len(burst.lead("00Q000000000001EAA", box=True)) == 1


def test_a_person_lets_it_go_on(burst):
    assert let_go(burst) == 21

    assert waiting(burst) == {"consents/email": 21}
    assert held(burst) == []
    burst.now += 1000
    assert len(opt_outs(burst, 5, first=100)) == 5


def test_what_something_newer_was_said_of_does_not_go_out(burst):
    burst.now += 10_000
    burst.account = replace(burst.account, sources=("other",))
    event = SourceRecord("other", "1000", "OPT_IN", burst.now, email="3@example.com")
    assert len(burst.page("other", "", [event])) == 1

    assert let_go(burst) == 20


def test_more_than_two_percent_of_many_people_are_a_burst(consent):
    people = [
        SourceRecord("leads", f"r{number}", "Lead", 1, org="o", email=f"p{number}@example.com")
        for number in range(1500)
    ]
    consent.page("leads", "Lead", people)

    assert len(opt_outs(consent, 30)) == 30
    assert opt_outs(consent, 1, first=50) == []
