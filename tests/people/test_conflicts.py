"""Settling questions about who is who."""

import pytest
from sqlalchemy import insert, select

from pipeline.errors import Misconfigured
from pipeline.people.conflicts import find_conflict, settle_conflict
from pipeline.stores.people_tables import conflicts, handles
from pipeline.stores.stream_tables import records
from tests.people.records import open_conflicts, record, take

ADA, OTHER, THIRD = "003000000000001AAA", "003000000000002AAA", "003000000000003AAA"
ADDRESS = "ada@example.com"


def settle_open(engine, answer):
    with engine.begin() as connection:
        (number,) = connection.scalars(select(conflicts.c.id).where(conflicts.c.settled.is_(None)))
        return settle_conflict(connection, number, answer, "cli:ada")


def read_anew(engine, *some):
    for one in some:
        one.conflict = None
    people = take(engine, *some)
    with engine.connect() as connection:
        assert open_conflicts(connection) == []
    assert [one.conflict for one in some] == [None] * len(some)
    return people


@pytest.fixture
def two_families(events):
    ada, byron = record(ADA, ADDRESS), record(OTHER, ADDRESS, "Byron", riid="7")
    take(events, ada, byron)
    return ada, byron


def test_two_families_that_are_apart_stay_two_people(events, two_families):
    ada, byron = two_families
    before = (ada.person, byron.person)

    settle_open(events, "apart")

    assert read_anew(events, ada, byron) == list(before)
    assert take(events, record(THIRD, riid="7", family="Byron")) == [byron.person]


def test_two_families_that_are_the_same_person_are_merged(events, two_families):
    ada, byron = two_families

    person = settle_open(events, "same")

    assert read_anew(events, ada, byron) == [person, person]
    assert take(events, record(THIRD, riid="7", family="Byron")) == [person]


@pytest.fixture
def three_people(events):
    one, other = record(ADA, ADDRESS), record(OTHER, riid="7")
    third = record(THIRD, ADDRESS, riid="7", keys={"Customer__c": "C-1"})
    take(events, one, other, third)
    return one, other, third


def test_a_record_that_names_two_people_may_be_a_third_one(events, three_people):
    before = [one.person for one in three_people]

    settle_open(events, "apart")

    assert read_anew(events, *three_people) == before


def test_a_record_that_names_two_people_may_be_one_of_them(events, three_people):
    _, other, _ = three_people

    settle_open(events, f"person:{other.person}")

    first, second, mine = read_anew(events, *three_people)
    assert first != second == mine


def test_a_settled_record_is_read_as_if_it_were_new(events, two_families):
    with events.begin() as connection:
        for name in (ADA, OTHER):
            row = {"source": "people", "record": name, "stamp": 1, "digest": "d", "body": "[{},{}]"}
            connection.execute(insert(records).values(row))

    settle_open(events, "apart")

    with events.connect() as connection:
        assert list(connection.scalars(select(records.c.record))) == [ADA]


def test_the_answer_and_its_author_are_kept(events, two_families):
    settle_open(events, "apart")

    with events.connect() as connection:
        number = connection.scalar(select(conflicts.c.id))
        document = find_conflict(connection, number).document
    assert (document["settled"], document["by"]) == ("apart", "cli:ada")
    assert document["settled_at"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("maybe", '"maybe" is no answer; there are: same, apart, person:1'),
        ("person:9", "is not about person:9; there are: same, apart, person:1"),
    ],
)
def test_another_answer_is_refused_and_changes_nothing(events, two_families, answer, error):
    with pytest.raises(Misconfigured, match=error):
        settle_open(events, answer)

    with events.connect() as connection:
        assert len(open_conflicts(connection)) == 1


def test_a_conflict_is_settled_once(events, two_families):
    settle_open(events, "apart")
    with events.begin() as connection:
        number = connection.scalar(select(conflicts.c.id))

        with pytest.raises(Misconfigured, match=f"conflict {number} is settled: apart, by cli:ada"):
            settle_conflict(connection, number, "same", "cli:ada")
        with pytest.raises(Misconfigured, match="there is no conflict 99"):
            settle_conflict(connection, 99, "same", "cli:ada")


def test_a_former_number_of_a_person_is_the_id_of_one_of_its_handles(events, two_families):
    _, byron = two_families

    person = settle_open(events, "same")

    with events.connect() as connection:
        assert connection.scalar(select(handles.c.person).where(handles.c.id == byron.person)) == person
