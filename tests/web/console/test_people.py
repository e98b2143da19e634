"""People, conflicts and the runs of streams in the console, without a browser."""

import re

import pytest
from sqlalchemy import select, update

from pipeline.stores.people_tables import conflicts
from tests.web.console.org import ADA, LEAD, org_of_people


@pytest.fixture(autouse=True)
def _org(installation):
    with org_of_people(installation.stores):
        yield


@pytest.fixture
def number(installation):
    with installation.stores.events.connect() as connection:
        return connection.scalar(select(conflicts.c.id))


def send(installation, path, of, scope="operate", **form):
    return installation.post(installation.session(scope), path, form, of=of)


def test_a_person_is_explained_by_a_form_alone(installation):
    answer = send(installation, "/people", "/people", person=ADA)

    assert answer.status_code == 200
    for part in ("Names of person:", LEAD, "title: ", "Countess", "hours: ", "closed"):
        assert part in answer.text
    assert ADA not in re.search("<title>.*</title>", answer.text)[0]
    assert "Nothing is known of this person." in send(installation, "/people", "/people", person="x@y.z").text
    assert send(installation, "/people", "/people", person="").status_code == 422


def test_a_conflict_is_settled_after_a_second_look(installation, number):
    place = f"/conflicts/{number}"
    asked = send(installation, f"{place}/confirm", place, answer="apart")
    press = re.search(r'name="press" value="(\w+)"', asked.text)[1]

    assert f"Settle conflict {number}? · activation" in asked.text
    assert "are two people: it is not asked again." in asked.text
    for said in (True, False):
        answer = send(installation, f"{place}/settle", place, answer="apart", press=press)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/conflicts")
        told = f"Conflict {number} is settled." in installation.get("/conflicts", "operate").text
        assert told == said
    assert "console:operate" in installation.get(place, "operate").text


def test_a_question_without_a_suggestion_needs_an_answer(installation, number):
    values = {"record": LEAD, "pair": "person", "field": "title", "salesforce": "Head", "responsys": "Dean"}
    asked = {"kind": "pair", "other": 0, "suggestion": "", "values": values}
    with installation.stores.events.begin() as connection:
        connection.execute(update(conflicts).where(conflicts.c.id == number).values(asked))
    place = f"/conflicts/{number}"

    answer = send(installation, f"{place}/confirm", place)

    assert (answer.status_code, answer.headers["Location"]) == (303, place)
    assert "Choose an answer first: nothing was settled." in installation.get(place, "operate").text


def test_a_reader_sees_neither_people_nor_conflicts(installation, number):
    for path in ("/people", "/conflicts", f"/conflicts/{number}"):
        assert installation.get(path, "read").status_code == 403
    assert "person:" not in installation.get("/rules/nurture", "read").text


def test_a_stream_tells_how_it_stands_and_is_read_from_the_beginning(installation):
    text = installation.get("/sources/leads", "operate").text

    for part in ("Read up to:", "2 read, 1 changed", "<code>Held</code>", "Read from the beginning"):
        assert part in text
    answer = send(installation, "/sources/leads/run", "/sources/leads", full="yes")
    assert answer.status_code == 303
    assert re.fullmatch("/operations/op_.*", answer.headers["Location"])
