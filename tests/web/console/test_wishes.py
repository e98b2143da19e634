"""Wishes in the console, without a browser."""

import re
import time

import pytest
from sqlalchemy import select

from pipeline.consents.bursts import Burst, hold, open_bursts
from pipeline.consents.statement import OUT
from pipeline.operate.activity import read_activity
from pipeline.operate.paging import Page
from pipeline.stores.consent_tables import consent_states
from tests.web.console.org import ADA, org_of_people

NEW = "new@example.com"


@pytest.fixture(autouse=True)
def _org(installation):
    with org_of_people(installation.stores):
        yield


def send(installation, path, scope="operate", **form):
    return installation.post(installation.session(scope), path, form, of="/wishes")


def statuses(installation):
    with installation.stores.events.connect() as connection:
        return sorted(connection.scalars(select(consent_states.c.status)))


def test_opt_outs_that_have_not_reached_the_other_side_are_listed_without_an_address(installation):
    text = installation.get("/wishes", "operate").text

    for part in ("Not told yet: email", "consent-list", "waits", "overdue"):
        assert part in text
    assert ADA not in text
    assert '<a href="/wishes">See wishes</a>' in installation.get("/", "operate").text


def test_the_auditors_question_is_answered_in_a_form(installation):
    answer = send(installation, "/wishes", person=ADA)

    assert answer.status_code == 200
    for part in (
        "email: out",
        "Statements: email",
        "type OPT_OUT",
        "Who was told: email",
        "back in to email",
    ):
        assert part in answer.text
    assert ADA not in re.search("<title>.*</title>", answer.text)[0]
    assert re.search("Out since <time datetime=.*? ago</time>", answer.text)
    assert " UTC" not in re.sub('title="[^"]*"', "", answer.text)
    assert "Nothing was ever said" in send(installation, "/wishes", person=NEW).text
    assert send(installation, "/wishes", person="").status_code == 422


def test_a_wish_is_stated_once_after_a_second_look(installation):
    form = {"person": NEW, "wish": "out", "reason": "by letter"}
    asked = send(installation, "/wishes/email/confirm", **form)
    press = re.search(r'name="press" value="(\w+)"', asked.text)[1]

    assert "Take out: email? · activation" in asked.text
    assert statuses(installation) == ["out"]
    for said in (True, False):
        answer = send(installation, "/wishes/email/say", press=press, **form)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/wishes")
        told = "A worker tells both sides within seconds." in installation.get("/wishes", "operate").text
        assert told == said
    assert statuses(installation) == ["out", "out"]
    newest = read_activity(installation.stores.engine, Page(), action="consent.out")["activity"]
    assert [(one["object"], one["actor"]) for one in newest[:1]] == [("consents:email", "console:operate")]


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/wishes/sms/confirm", {"person": NEW, "wish": "out"}, 404),
        ("/wishes/email/confirm", {"person": NEW, "wish": "maybe"}, 422),
        ("/wishes/email/confirm", {"wish": "out"}, 422),
        ("/wishes/email/say", {"person": "nobody", "wish": "out"}, 303),
    ],
)
def test_what_cannot_be_said_changes_nothing(installation, path, form, status):
    answer = send(installation, path, **form)

    assert answer.status_code == status
    assert statuses(installation) == ["out"]
    if status == 303:
        assert "Nobody is known by that; give an address." in installation.get("/wishes", "operate").text


def test_a_burst_is_passed_on_after_a_second_look(installation):
    with installation.stores.events.begin() as connection:
        hold(connection, Burst("email", "leads", time.time_ns() // 1_000_000, 30, 400))

    assert "30 of 400 people opted out within an hour" in installation.get("/wishes", "operate").text
    assert "Pass on 30 opt-outs" in installation.get("/wishes/email/resume", "operate").text
    assert send(installation, "/wishes/email/resume").status_code == 303
    with installation.stores.events.connect() as connection:
        assert open_bursts(connection) == []
    assert installation.get("/wishes/email/resume", "operate").status_code == 303


def test_a_reader_sees_no_wishes(installation):
    assert installation.get("/wishes", "read").status_code == 403
    assert OUT in statuses(installation)
