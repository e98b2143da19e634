"""``activation people`` and ``conflicts``, on what a stream has read."""

import json

import pytest
from sqlalchemy import insert

from pipeline.operate.activity import read_activity
from pipeline.operate.paging import Page
from pipeline.settings import Settings
from pipeline.stores.database import EVENTS, migrate, open_database
from pipeline.stores.stream_tables import entries, records
from pipeline.text.times import rfc3339
from tests.fixtures.stores import empty_events
from tests.people.records import NOW, ORG, record, take

LEAD, CONTACT, OTHER = "00Q000000000001EAA", "003000000000001AAA", "003000000000002AAA"
ADA = "ada@example.com"


@pytest.fixture
def people(environ):
    """A lead and a contact of one person, one of another family at the same address, and an entry."""
    engine = open_database(Settings.load(environ).events_place)
    migrate(engine, EVENTS)
    empty_events(engine)
    some = [record(LEAD, ADA, riid="7"), record(CONTACT, ADA), record(OTHER, ADA, "Byron")]
    take(engine, *some)
    with engine.begin() as connection:
        body = '[{"title": "Countess", "phone": "1", "company": null}, {"LeadSource": "Web", "City": ""}]'
        for one in some:
            row = {"source": "people", "record": one.id, "person": one.person, "stamp": one.stamp}
            connection.execute(insert(records).values(**row, digest="d", body=body))
        entry = {"rule": "nurture", "source": "people", "record": LEAD, "state": "put_off", "check": 9}
        row = {"key": "k", "person": some[0].person, "evidence": {"hours": "closed"}, "asked_at": NOW}
        connection.execute(insert(entries).values(**entry, **row, until=NOW))
    yield [one.person for one in some]
    engine.dispose()


def test_a_person_is_explained_by_each_of_its_names(people, run):
    names = (f"person:{people[0]}", "ADA@example.com", "7", LEAD, LEAD[:15], CONTACT)

    (result,) = {run("people", "explain", name, "--json").stdout for name in names}

    found = json.loads(result)
    assert list(found) == ["person", "handles", "records", "entries"]
    assert found["person"] == f"person:{people[0]}"
    assert {(one["kind"], one["scope"]) for one in found["handles"]} == {
        ("salesforce", ORG), ("email", ""), ("riid", "1234")
    }  # fmt: skip
    assert [(one["record"], one["primary"]) for one in found["records"]] == [(CONTACT, True), (LEAD, False)]
    assert found["entries"] == [
        {
            "rule": "nurture", "record": LEAD, "person": f"person:{people[0]}", "state": "put_off",
            "check": 9, "evidence": {"hours": "closed"}, "until": rfc3339(NOW),
        }
    ]  # fmt: skip


def test_one_field_of_a_person_is_explained(people, run):
    result = run("people", "explain", ADA, "title", "--json")

    values = [one["values"] for one in json.loads(result.stdout)["records"]]
    assert values == [{"title": "Countess"}] * 2
    assert "title: Countess" in run("people", "explain", ADA, "title").stdout


def test_a_field_that_nothing_has_is_refused_with_those_there_are(people, run):
    result = run("people", "explain", ADA, "titel", "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    names = "City, LeadSource, company, phone, title"
    assert f'field "titel" does not exist; there are: {names}; did you mean "title"?' in result.stderr


def test_of_nobody_no_field_is_told(people, run):
    assert run("people", "explain", "nobody@example.com", "titel").exit_code == 2


def test_an_empty_value_of_a_person_is_a_dash(people, run):
    shown = run("people", "explain", ADA).stdout

    assert "company: -" in shown
    assert "City: -" in shown
    assert "None" not in shown


def test_an_unknown_person_is_told_with_exit_code_2(people, run):
    result = run("people", "explain", "nobody@example.com", "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Nothing is known of this person.\n"


def test_a_look_at_a_person_is_an_activity_without_the_name(people, run, environ):
    run("people", "explain", ADA)

    engine = open_database(Settings.load(environ).database_url)
    newest = read_activity(engine, Page(), action="person.explained")["activity"][0]
    engine.dispose()
    assert (newest["object"], newest["detail"]) == ("", "")


def test_a_conflict_is_listed_shown_and_settled(people, run):
    (listed,) = json.loads(run("conflicts", "list", "--json").stdout)["conflicts"]
    assert (listed["kind"], listed["whose"], listed["settled"]) == (
        "family_name", f"person:{people[2]}", None
    )  # fmt: skip
    shown = json.loads(run("conflicts", "show", str(listed["id"]), "--json").stdout)
    assert [one["record"] for one in shown["records"][listed["whose"]]] == [OTHER]

    result = run("conflicts", "settle", str(listed["id"]), "apart", "--json")

    assert json.loads(result.stdout)["settled"] == "apart"
    assert run("conflicts", "list").stdout == "There is no open conflict.\n"
    assert "apart" in run("conflicts", "list", "--all").stdout


def test_a_conflict_is_shown_in_words(people, run):
    (listed,) = json.loads(run("conflicts", "list", "--json").stdout)["conflicts"]

    shown = run("conflicts", "show", str(listed["id"])).stdout

    assert "one address comes with two family names" in shown
    assert ADA not in shown


def test_a_conflict_is_settled_as_suggested_where_nobody_is_asked(people, run):
    (listed,) = json.loads(run("conflicts", "list", "--json").stdout)["conflicts"]
    unasked = run("conflicts", "settle", str(listed["id"]))
    assert (unasked.exit_code, "give an answer, or add --yes" in unasked.stderr) == (2, True)

    assert run("conflicts", "settle", str(listed["id"]), "--yes").exit_code == 0
    again = run("conflicts", "settle", str(listed["id"]), "same")

    assert again.exit_code == 2
    assert f"conflict {listed['id']} is settled: apart" in again.stderr


def test_an_unknown_conflict_is_told_with_exit_code_2(people, run):
    for command in ("show", "settle"):
        result = run("conflicts", command, "99", *(["apart"] if command == "settle" else []))

        assert result.exit_code == 2
        assert "there is no conflict 99" in result.stderr
