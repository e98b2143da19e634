"""``activation consent``: wishes by command, the auditor's question, and who is out on one side only."""

import json
import time

import pytest
from sqlalchemy import select, update

from pipeline.errors import Misconfigured
from pipeline.model.source_record import SourceRecord
from pipeline.operate.activity import read_activity
from pipeline.operate.paging import Page
from pipeline.records.configuration import read_configuration
from pipeline.settings import Settings
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter
from pipeline.stores.consent_tables import consent_statements, consent_states
from pipeline.stores.database import EVENTS, migrate, open_database, reading
from pipeline.stores.stream_tables import outgoing, records
from tests.consents.conftest import ADA, Consents, told
from tests.fixtures.intake import Entries
from tests.fixtures.stores import empty_events

LEAD = "00Q000000000001EAA"
CONFIGURATION = """
[connectors.acme]
kind = "responsys"
username = "api_user"
password = "secret"
auth_endpoint = "https://login5.responsys.net"
profile_list = "CONTACTS_LIST"
[connectors.crm]
kind = "salesforce"
host = "https://acme.my.salesforce.com"
client_id = "3MVG9EXAMPLE"
client_secret = "secret"
[mappings.person]
title = { salesforce = "Title" }
[sources.leads]
kind = "salesforce"
connector = "crm"
object = "Lead"
mapping = "person"
every = 2
[destinations.consent-list]
audience = "consent-email"
connector = "acme"
action = "audience_export"
identifiers = { riid = "RIID_", email = "EMAIL_ADDRESS_" }
match_column_1 = ["RIID_", "EMAIL_ADDRESS_"]
permission = "consent"
max_age = 1
[destinations.consent-records]
audience = "consent-email"
connector = "crm"
action = "salesforce_record"
reach = "address"
fields = { opted_out = "HasOptedOutOfEmail" }
max_age = 1
[consents.email]
channel = "email"
sources = ["leads"]
audience = "consent-email"
again = "manual"
"""


@pytest.fixture
def apply(empty_environment, tmp_path):
    """Both systems, and the consents of a channel."""

    def apply(text=CONFIGURATION):
        file = tmp_path / "activation.toml"
        file.write_text(text)
        records = empty_environment.records
        records.apply(read_configuration(str(file), {}, records.names("connectors")))

    apply()
    return apply


@pytest.fixture
def consent(environ, apply):
    engine = open_database(Settings.load(environ).events_place)
    migrate(engine, EVENTS)
    empty_events(engine)
    yield Consents(engine)
    engine.dispose()


def explained(run, person=ADA):
    return json.loads(run("consent", "explain", person, "--json").stdout)["consents"]


def test_a_person_is_taken_out_and_both_sides_are_told(run, consent, redis):
    result = run("consent", "out", ADA, "--reason", "by phone", "--json")

    [said] = json.loads(result.stdout)["consents"]
    assert (said["status"], said["epoch"], said["passed_on"]) == ("out", 1, True)
    assert told(Entries(redis)()) == [("out", ADA)]


def test_a_person_is_taken_back_in_and_stays(run, consent, redis):
    run("consent", "out", ADA)
    run("consent", "in", ADA)

    again = run("consent", "in", ADA, "--json")

    [said] = json.loads(again.stdout)["consents"]
    assert (said["status"], said["epoch"]) == ("in", 2)
    assert told(Entries(redis)()) == [("out", ADA), ("in", ADA), ("in", ADA)]


def test_an_address_is_read_from_standard_input(run, consent):
    assert run("consent", "out", "-", input=f"{ADA}\n").exit_code == 0

    [one] = explained(run)
    assert one["status"] == "out"


@pytest.mark.parametrize("text", ["@", "ada@", "a\x00@example.com", "a" * 400 + "@b.c"])
def test_a_slip_is_no_address(run, consent, text):
    results = [
        run("consent", "out", text),
        run("consent", "in", text),
        run("consent", "out", "-", input=f"{text}\n"),
    ]

    assert {result.exit_code for result in results} == {2}
    assert all("nobody is known by that; give an address" in result.stderr for result in results)
    assert consent.statuses == []


def test_bytes_that_are_no_text_are_no_address(run, consent):
    word, line = run("consent", "out", "\udcff@example.com"), b"\xff@example.com\n"
    read = run("consent", "out", "-", input=line)

    assert (word.exit_code, read.exit_code) == (2, 2)
    assert "is no text in UTF-8" in word.stderr
    assert "nobody is known by that; give an address" in read.stderr
    assert consent.statuses == []


def test_a_person_is_named_by_a_record(run, consent, redis):
    consent.lead(LEAD, box=False)

    run("consent", "out", LEAD)

    assert explained(run, LEAD)[0]["status"] == "out"
    assert explained(run, LEAD) == explained(run, ADA)


def test_what_redis_does_not_take_waits_for_a_worker(run, consent, environ, monkeypatch, redis):
    """A command that was killed after its commit leaves the same behind."""
    from pipeline.runtime.consent_passing import ConsentPassing

    with monkeypatch.context() as patched:
        patched.setattr(ConsentPassing, "pass_on", lambda *_: 0)
        result = run("consent", "out", ADA)

    assert "A worker passes it on." in result.stdout
    assert "Redis" not in result.stdout
    with reading(consent.events) as connection:
        assert connection.scalar(select(outgoing.c.source)) == "consents/email"
    assert told(Entries(redis)()) == []
    run("consent", "out", "bob@example.com")
    assert sorted(told(Entries(redis)())) == [("out", ADA), ("out", "bob@example.com")]


def test_without_redis_a_command_says_that_a_worker_passes_it_on(run, consent, environ, monkeypatch):
    from pipeline.runtime.consent_passing import ConsentPassing

    def fails(*_):
        raise Misconfigured("Redis does not answer")

    monkeypatch.setattr(ConsentPassing, "pass_on", fails)

    assert "A worker passes it on when Redis answers." in run("consent", "out", ADA).stdout
    [one] = json.loads(run("consent", "out", ADA, "--json").stdout)["consents"]
    assert (one["passed_on"], "redis_answers" in one) == (False, False)


def test_a_row_that_was_refused_before_any_batch_does_not_wait(run, consent, engine):
    [activation] = consent.event("OPT_OUT")
    consent.answer([activation], ["consent-note", "consent-records"])
    refused = DeadLetter(
        id="l-2", connector="acme", destination="consent-list", audience="consent-email",
        profile_id=activation.profile_id, code="Invalid", detail="",
        activation=f'{{"id": "{activation.id}"}}',
    )  # fmt: skip
    assert "waits" in run("consent", "explain", ADA).stdout
    with engine.begin() as connection:
        dead_letters.store(connection, [refused], None)

    [one] = explained(run)

    assert [(each["destination"], each["verdict"]) for each in one["told"]] == [
        ("consent-list", "Invalid"), ("consent-note", "delivered"), ("consent-records", "delivered")
    ]  # fmt: skip
    assert "waits" not in run("consent", "explain", ADA).stdout


def test_a_telling_whose_place_a_later_one_took_does_not_wait(run, consent):
    consent.answer(consent.event("OPT_OUT"), ["consent-list"])
    run("consent", "in", ADA)

    lines = [line.split() for line in run("consent", "explain", ADA).stdout.splitlines()]

    verdicts = {(line[0], line[1]): line[-1] for line in lines if line and line[0].startswith("consent-")}
    assert verdicts["consent-list", "out"] == "delivered"
    assert verdicts["consent-records", "out"] == "overtaken"
    assert verdicts["consent-list", "in"] == verdicts["consent-records", "in"] == "waits"


def test_an_address_with_a_space_in_it_is_none(run, consent):
    for slip in ("x@y z", "x y@z.example", "x@y\tz"):
        assert "nobody is known by that; give an address" in run("consent", "in", slip).stderr
    assert consent.statuses == []


def test_the_auditors_question_is_answered(run, consent, engine):
    letter = DeadLetter(
        id="l-1", connector="acme", destination="lapsed", audience="lapsed", profile_id="c-1",
        code="OptedOut", detail="", activation=f'{{"audience": "lapsed", "profile_id": "c-1", '
        f'"call_type": "ADD", "identifiers": {{"email": "{ADA.upper()}"}}}}',
    )  # fmt: skip
    with engine.begin() as connection:
        dead_letters.store(connection, [letter], None)
    consent.answer(consent.lead(LEAD, box=True))

    [one] = explained(run)

    assert (one["status"], one["since"], one["epoch"]) == ("out", "2027-01-15T08:00:00Z", 1)
    assert one["by"]["evidence"]["record"] == LEAD
    assert [(each["wish"], each["kind"], each["source"]) for each in one["statements"]] == [
        ("out", "new", "leads")
    ]
    assert [(each["destination"], each["verdict"]) for each in one["told"]] == [
        ("consent-list", "delivered"), ("consent-note", "delivered"), ("consent-records", "delivered")
    ]  # fmt: skip
    assert [each["dead_letter"] for each in one["not_sent"]] == ["l-1"]
    shown = run("consent", "explain", ADA).stdout
    assert "email: out since 2027-01-15T08:00:00Z" in shown
    assert ADA not in shown


def test_a_look_is_an_activity_without_the_name(run, consent, engine):
    run("consent", "explain", ADA)

    newest = read_activity(engine, Page(), action="consent.explained")["activity"][0]
    assert (newest["object"], newest["detail"]) == ("", "")


def test_nothing_said_is_told_with_exit_code_2(run, consent):
    result = run("consent", "explain", ADA)

    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["out", "person:99"], "nobody is known by that; give an address"),
        (["out", ADA, "--name", "sms"], 'consents "sms" does not exist; there are: email'),
        (
            ["in", ADA, "--channel", "sms"],
            'no such consents are for the channel "sms"; there are: email (email)',
        ),
    ],
)
def test_what_cannot_be_said_is_refused(run, consent, arguments, text):
    result = run("consent", *arguments)

    assert result.exit_code == 2
    assert text in result.stderr


def test_nobody_is_taken_back_in_where_the_configuration_says_never(run, consent, apply):
    apply(CONFIGURATION.replace('again = "manual"', 'again = "never"'))
    run("consent", "out", ADA)

    result = run("consent", "in", ADA)

    assert result.exit_code == 2
    assert "nobody is taken back in" in result.stderr
    assert explained(run)[0]["status"] == "out"


def test_parity_is_empty_where_all_are_told(run, consent):
    consent.answer(consent.event("OPT_OUT"))

    result = run("consent", "parity", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"parity": [], "chain": {"statements": 1, "fault": None}}
    assert "Nobody is out on one side only." in run("consent", "parity").stdout


def test_who_is_out_on_one_side_only_is_listed(run, consent):
    consent.event("OPT_OUT")

    result = run("consent", "parity", "--json")

    assert result.exit_code == 1
    listed = json.loads(result.stdout)["parity"]
    assert [one["destination"] for one in listed] == ["consent-list", "consent-records"]
    assert run("consent", "parity").exit_code == 1


def test_who_is_in_again_and_was_not_let_in_by_responsys_is_listed(run, consent):
    consent.answer(consent.event("OPT_OUT", at=consent.now - 60_000))
    told = consent.event("OPT_IN")
    consent.answer(told, ["consent-records", "consent-note"])
    consent.answer(told, ["consent-list"], "Rejected")

    result = run("consent", "parity", "--json")

    assert result.exit_code == 1
    [one] = json.loads(result.stdout)["parity"]
    assert (one["out_in"], one["destination"], one["verdict"]) == ("responsys", "consent-list", "Rejected")
    consent.answer(told)
    run("consent", "in", ADA)  # both are told once more
    assert run("consent", "parity").exit_code == 0


def test_a_statement_that_was_changed_is_told(run, consent):
    consent.answer(consent.event("OPT_OUT"))
    with consent.events.begin() as connection:
        connection.execute(update(consent_statements).values(wish="in"))

    result = run("consent", "parity")

    assert result.exit_code == 1
    assert "The chain is broken at statement 1: it was changed." in result.stdout


@pytest.mark.parametrize("changed", [{"opened": 2**50}, {"out_at": -1, "status": "in"}, {"status": "in"}])
def test_a_state_that_was_changed_is_told(run, consent, changed):
    consent.answer(consent.event("OPT_OUT"))
    with consent.events.begin() as connection:
        connection.execute(update(consent_states).values(changed))

    result = run("consent", "parity")

    assert result.exit_code == 1
    assert "broken at statement 1: the state that it led to was changed." in result.stdout


@pytest.mark.parametrize(("answer", "status", "epoch"), [("out", "out", 1), ("in", "in", 2)])
def test_a_conflict_is_settled_by_what_the_person_wishes(run, consent, answer, status, epoch):
    consent.answer(consent.lead(LEAD, box=True))
    consent.now += 60_000
    consent.lead(LEAD, box=False)
    (listed,) = json.loads(run("conflicts", "list", "--json").stdout)["conflicts"]
    number = str(listed["id"])
    assert (listed["kind"], listed["suggestion"]) == ("consent", "out")
    assert "was cleared in Salesforce" in run("conflicts", "show", number).stdout
    assert "there are: out, in" in run("conflicts", "settle", number, "same").stderr

    result = run("conflicts", "settle", number, answer)

    assert f"is settled: {answer}. Both sides are told by a worker." in result.stdout
    [one] = explained(run)
    assert (one["status"], one["epoch"], one["conflicts"]) == (status, epoch, [])
    assert one["by"]["evidence"].get("conflict") == (number if answer == "in" else None)


def test_a_burst_goes_on_when_a_person_has_looked(run, consent, redis):
    events = [
        SourceRecord("opt-outs", str(n), "OPT_OUT", consent.now, email=f"{n}@example.com") for n in range(30)
    ]
    assert consent.page("opt-outs", "", events) == []

    result = run("resume", "consents:email")

    assert '30 people had opted out within an hour by source "opt-outs".' in result.stdout
    assert 'consents "email" are passed on again; 30 activations go out.' in result.stdout
    run("consent", "out", ADA)
    assert len(told(Entries(redis)())) == 31
    assert run("resume", "consents:email").stdout == 'consents "email" were not held.\n'
    assert "there are: email" in run("resume", "consents:sms").stderr


def consents_in_status(run):
    found = json.loads(run("status", "--json").stdout)
    texts = [one["text"] for one in found["troubles"] if "opt" in one["text"]]
    return found["consents"], texts


def test_status_tells_of_an_opting_out_that_has_not_reached_the_other_side(run, consent):
    consent.now = (time.time_ns() // 1_000_000) - 20 * 60_000
    activations = consent.event("OPT_OUT")

    [one], [text] = consents_in_status(run)

    assert (one["name"], one["channel"], one["held_sources"]) == ("email", "email", [])
    assert one["oldest_untold_seconds"] >= 1200
    assert text.startswith('an opting out of the consents "email" has not reached the other side for 20 min')
    consent.answer(activations, ["consent-records"])
    assert consents_in_status(run)[0][0]["oldest_untold_seconds"] is not None
    consent.answer(activations, ["consent-list"])
    assert consents_in_status(run) == ([{**one, "oldest_untold_seconds": None}], [])


def test_an_opting_out_that_was_refused_has_not_reached_the_other_side(run, consent):
    consent.now = (time.time_ns() // 1_000_000) - 20 * 60_000
    consent.answer(consent.event("OPT_OUT"), verdict="FIELD_CUSTOM_VALIDATION_EXCEPTION")

    assert len(consents_in_status(run)[1]) == 1


def test_an_opting_out_of_a_moment_ago_is_no_trouble(run, consent):
    consent.now = time.time_ns() // 1_000_000
    consent.event("OPT_OUT")

    [one], texts = consents_in_status(run)

    assert one["oldest_untold_seconds"] >= 0
    assert texts == [] or one["oldest_untold_seconds"] >= 900


def test_status_tells_of_a_burst(run, consent):
    events = [SourceRecord("opt-outs", str(n), "OPT_OUT", 1, email=f"{n}@example.com") for n in range(30)]
    consent.now = time.time_ns() // 1_000_000
    consent.page("opt-outs", "", events)

    [one], texts = consents_in_status(run)

    assert one["held_sources"] == [{"source": "opt-outs", "opted_out": 30, "people": 30}]
    assert any("30 of 30 people opted out within an hour" in text for text in texts)


def test_an_erased_person_is_not_written_to_by_accident(run, consent):
    """Evidence goes; the digest and the status stay, and the chain holds."""
    consent.answer(consent.lead(LEAD, box=True))

    assert run("erase", ADA, "--yes").exit_code == 0

    [one] = explained(run)
    assert (one["status"], one["person"], one["statements"][0]["evidence"]) == ("out", None, None)
    assert LEAD not in run("consent", "explain", ADA).stdout
    assert run("consent", "parity").exit_code == 0


def test_a_box_that_was_cleared_after_our_write_is_on_one_side_only(run, consent):
    consent.lead(LEAD, box=False)
    activations = consent.event("OPT_OUT")
    consent.now += 2000
    consent.answer(activations)
    keep_record(consent, box=False, stamp=consent.now - 2000)
    assert run("consent", "parity").exit_code == 0  # the record was read before we wrote

    keep_record(consent, box=False, stamp=consent.now + 1)
    result = run("consent", "parity", "--json")

    assert [one["record"] for one in json.loads(result.stdout)["parity"]] == [LEAD]


def keep_record(consent, *, box, stamp):
    """Keep a lead as a stream has last read it."""
    body = json.dumps([{}, {"HasOptedOutOfEmail": box, "Email": ADA}])
    row = {"source": "leads", "record": LEAD, "stamp": stamp, "digest": "d", "body": body}
    with consent.events.begin() as connection:
        connection.execute(records.delete())
        connection.execute(records.insert().values(row))
