"""People, conflicts, entries and the standing of streams over HTTP."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from pipeline.operate.activity import read_activity
from pipeline.operate.paging import Page
from pipeline.records.record_check import check_record
from pipeline.stores.stream_tables import entries, records, streams
from tests.people.records import NOW, record, take

LEAD, CONTACT, OTHER, THIRD = (
    "00Q000000000001EAA", "003000000000001AAA", "003000000000002AAA", "003000000000003AAA",
)  # fmt: skip
ADA = "ada@example.com"
CONFIGURATION = {
    "connectors": {
        "crm": {
            "kind": "salesforce",
            "host": "https://acme.my.salesforce.com",
            "client_id": "x",
            "client_secret": "y",
        }
    },
    "mappings": {"person": {"title": {"salesforce": "Title"}}},
    "sources": {
        "leads": {
            "kind": "salesforce", "connector": "crm", "object": "Lead", "mapping": "person", "every": 2,
        },
        "contacts": {
            "kind": "salesforce", "connector": "crm", "object": "Contact", "mapping": "person", "every": 2,
        },
    },
    "rules": {"nurture": {"source": "leads", "on": "new", "audience": "nurture"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def web(start):
    """A lead and a contact of one person, two of other families at the same address, and entries."""
    web = start("--workers", "1")
    checked = {
        section: {name: check_record(section, name, one, None) for name, one in found.items()}
        for section, found in CONFIGURATION.items()
    }
    web.stores.records.apply(checked)
    events = web.stores.events
    some = [record(LEAD, ADA, riid="7"), record(CONTACT, ADA), record(OTHER, ADA, "Byron")]
    take(events, *some, record(THIRD, ADA, "King"))
    with events.begin() as connection:
        row = {"source": "leads", "record": LEAD, "person": some[0].person, "stamp": 1, "digest": "d"}
        connection.execute(insert(records).values(**row, body='[{"title": "Countess"}, {}]'))
        for number in range(3):
            entry = {"rule": "nurture", "source": "leads", "record": LEAD, "person": some[0].person}
            verdict = {"state": "put_off" if number else "entered", "check": 9, "evidence": {"n": number}}
            at = NOW + timedelta(minutes=number)
            connection.execute(insert(entries).values(key=f"k{number}", asked_at=at, **entry, **verdict))
        state = {"source": "leads", "mark_stamp": 1_000, "finished_at": NOW, "trouble": "Held"}
        connection.execute(insert(streams).values(**state, numbers={"read": 2}))
    return web


def actions(web):
    return [one["action"] for one in read_activity(web.stores.engine, Page(5))["activity"]]


def test_sources_tell_how_far_they_have_read(web):
    contacts, leads = sorted(web.get("/v1/sources", "read").json()["sources"], key=lambda one: one["name"])

    assert leads["stream"]["mark_age"] > 1e9
    expected = {"name": "leads", "state": "ready", "trouble": "Held", "numbers": {"read": 2}}
    assert leads["stream"].items() >= expected.items()
    assert (contacts["stream"]["mark_age"], contacts["stream"]["trouble"]) == (None, None)


def test_entries_of_a_rule_come_in_pages_newest_first(web):
    first = web.get("/v1/rules/nurture/entries?limit=2").json()
    second = web.get(f"/v1/rules/nurture/entries?limit=2&cursor={first['next']}").json()

    assert [one["evidence"]["n"] for one in [*first["entries"], *second["entries"]]] == [2, 1, 0]
    assert second["next"] is None
    assert first["entries"][0].keys() == {
        "rule", "record", "person", "state", "check", "evidence", "until",
    }  # fmt: skip


def test_entries_are_chosen_by_state(web):
    (one,) = web.get("/v1/rules/nurture/entries?state=entered").json()["entries"]

    assert one["state"] == "entered"
    assert web.get("/v1/rules/nurture/entries?state=lost").status_code == 422
    assert web.get("/v1/rules/nutrue/entries").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/rules/nurture/entries"),
        ("POST", "/v1/people/explain"),
        ("GET", "/v1/conflicts"),
        ("GET", "/v1/conflicts/1"),
        ("POST", "/v1/conflicts/1/settle"),
    ],
)
def test_a_reader_sees_nobody(web, method, path):
    assert web.call(method, path, "read").status_code == 403


def test_a_person_is_explained_and_an_activity_notes_it(web):
    answer = web.call("POST", "/v1/people/explain", json={"person": "ADA@example.com"})

    found = answer.json()
    assert list(found) == ["person", "handles", "records", "entries"]
    assert {one["record"]: one["values"] for one in found["records"]} == {
        LEAD: {"title": "Countess"}, CONTACT: {},
    }  # fmt: skip
    assert actions(web)[0] == "person.explained"


def test_a_field_of_a_mapping_is_explained_and_one_that_nothing_has_refused(web):
    known, refused = (
        web.call("POST", "/v1/people/explain", json={"person": ADA, "field": name})
        for name in ("title", "titel")
    )

    assert (known.status_code, "history" in known.json()) == (200, True)
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        {"json": {"field": ['field "titel" does not exist; there are: title; did you mean "title"?']}},
    )


def test_an_unknown_person_is_not_found(web):
    answer = web.call("POST", "/v1/people/explain", json={"person": "nobody@example.com"})

    assert (answer.status_code, "nobody" in answer.text) == (404, False)


def test_a_conflict_is_listed_shown_and_settled(web):
    listed = web.get("/v1/conflicts").json()["conflicts"]
    number = listed[-1]["id"]
    shown = web.get(f"/v1/conflicts/{number}").json()
    settled = web.call("POST", f"/v1/conflicts/{number}/settle", json={"answer": "apart"})

    assert len(listed) == 2
    assert set(shown["records"]) == {shown["whose"], shown["other"]}
    assert (settled.json()["settled"], settled.json()["by"]) == ("apart", "key:admin")
    assert actions(web)[:2] == ["conflict.settled", "conflict.shown"]
    assert number not in [one["id"] for one in web.get("/v1/conflicts").json()["conflicts"]]
    assert len(web.get("/v1/conflicts?settled=true").json()["conflicts"]) == 2
    again = web.call("POST", f"/v1/conflicts/{number}/settle", json={})
    assert (again.status_code, again.json()["type"]) == (412, "/problems/changed-meanwhile")


@pytest.mark.parametrize("answer", ["perhaps", "person:999999", "person:0", "out", "", "value:x"])
def test_a_conflict_has_few_answers_and_a_wrong_one_gets_them_listed(web, answer):
    one, *_ = web.get("/v1/conflicts").json()["conflicts"]

    refused = web.call("POST", f"/v1/conflicts/{one['id']}/settle", json={"answer": answer})

    assert (refused.status_code, list(refused.json()["errors"]["json"])) == (422, ["answer"])
    (text,) = refused.json()["errors"]["json"]["answer"]
    assert text.endswith(f"; there are: same, apart, {one['other']}.")


@pytest.mark.parametrize("number", ["99", "99999999999999999999"])
def test_an_unknown_conflict_is_not_found(web, number):
    assert web.get(f"/v1/conflicts/{number}").status_code == 404
    assert web.call("POST", f"/v1/conflicts/{number}/settle", json={"answer": "same"}).status_code == 404
