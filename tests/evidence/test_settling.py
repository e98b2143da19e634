"""Unknown e-mails and files of events, on both databases: what is settled by what, and what waits."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from pipeline.evidence.settling import Settler
from pipeline.operate.erasure.found import Found
from pipeline.operate.erasure.letters import erase
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import Filter
from pipeline.settle.email_record import EmailsOut, pack_emails
from pipeline.settle.replay import claimed_letters, drop
from pipeline.stores.event_tables import event_files
from pipeline.stores.tables import dead_letters, statistics, witness_notes
from tests.evidence.conftest import address_of

BOTH = pytest.mark.parametrize(
    ("engine", "events"), [("sqlite", "sqlite"), ("postgresql", "postgresql")], indirect=True
)
ONE = pytest.mark.parametrize(("engine", "events"), [("sqlite", "sqlite")], indirect=True)

NOT_SENT = "not sent: safe to replay"


def emails_to(*names):
    class Email:
        campaign = "WELCOME"

        def __init__(self, name):
            self.address = address_of(name)

    return {n: Email(name) for n, name in enumerate(names)}


def out_at(evidence, *names, hours=48.0):
    at = (evidence.now - timedelta(hours=hours)).timestamp()
    return pack_emails(EmailsOut(at, emails_to(*names)), len(names))


@BOTH
def test_what_files_tell_settles_letters_and_what_they_lack_is_safe_to_replay(evidence):
    evidence.lose("ada", "bob", "cy", "dan")
    evidence.put(evidence.row("ada"), evidence.row("other"))
    evidence.put(evidence.row("bob", REASON="MAILBOX_FULL"), feed="BOUNCE")
    evidence.put(evidence.row("cy"), feed="SKIPPED")
    evidence.ran()

    settled = evidence.settle()

    assert evidence.states() == {
        "ada": "delivered", "bob": "MAILBOX_FULL", "cy": "SKIPPED", "dan": NOT_SENT,
    }  # fmt: skip
    assert (settled.not_sent, sum(settled.resolved.values())) == (1, 3)
    letter = evidence.letters()["ada"]
    assert (letter.state, letter.evidence["feed"], letter.evidence["line"]) == ("resolved", "SENT", 2)
    assert letter.evidence["path"].startswith("1234_SENT_")
    assert [*evidence.letters(state="open", proven=True)] == ["dan"]


@ONE
def test_pages_of_any_size_find_the_same(evidence):
    evidence.lose("ada", "ada-2", "ada-3", "bob", "cy", "dan")
    evidence.lose("eve", hours=50)
    evidence.put(evidence.row("ada"), evidence.row("ada", hours=47.9), evidence.row("eve", hours=50))
    evidence.put(evidence.row("bob", REASON="MAILBOX_FULL"), feed="BOUNCE")
    evidence.ran()

    findings = [evidence.found(page)[1] for page in (1, 2, 3, 100)]

    assert findings[1:] == findings[:1] * 3
    assert {*findings[0].resolved} > {"bob", "eve"}
    assert len(findings[0].resolved) == 4


@BOTH
def test_a_look_that_is_repeated_changes_no_number(evidence):
    evidence.lose("ada", "bob")
    evidence.put(evidence.row("ada"))
    evidence.ran()
    emails, findings = evidence.found()
    for _ in range(2):
        Settler(evidence.engine).settle(emails, findings)

    with evidence.engine.connect() as connection:
        rows = connection.execute(select(statistics.c.name, statistics.c.value)).all()
    assert {row.name: row.value for row in rows} == {
        "rejected:Timeout": 2, "resolved:delivered": 1, "sent": 1,
    }  # fmt: skip


@BOTH
def test_a_person_who_decided_meanwhile_is_heeded(evidence):
    evidence.lose("ada", "bob", "cy")
    evidence.put(evidence.row("ada"), evidence.row("bob"), evidence.row("cy"))
    evidence.ran()
    emails, findings = evidence.found()
    drop(evidence.engine, Filter(ids=("ada",)))
    claimed_letters(evidence.engine, [evidence.letters()["bob"]])
    with evidence.engine.begin() as connection:
        connection.execute(dead_letters.delete().where(dead_letters.c.id == "cy"))
    settled = Settler(evidence.engine).settle(emails, findings)

    assert not settled.resolved
    assert {name: one.state for name, one in evidence.letters().items()} == {"ada": "dropped", "bob": "open"}


@ONE
def test_a_known_e_mail_takes_the_only_event(evidence):
    evidence.lose("ada")
    evidence.known(out_at(evidence, "ada", hours=47.9), hours=47.9)
    evidence.put(evidence.row("ada", hours=47.9))
    evidence.ran()
    evidence.settle()

    assert evidence.states() == {"ada": NOT_SENT}


@ONE
def test_an_event_that_settled_a_letter_settles_no_other(evidence):
    evidence.lose("ada-1")
    evidence.put(evidence.row("ada"))
    evidence.ran()
    evidence.settle()
    evidence.lose("ada-2", hours=47.99)
    evidence.settle()

    assert evidence.states() == {"ada-1": "delivered", "ada-2": NOT_SENT}


@ONE
def test_a_letter_that_was_dropped_keeps_its_claim(evidence):
    """The e-mail may be its own: the other letter waits, and is not said to be delivered."""
    evidence.lose("ada-1")
    drop(evidence.engine, Filter(ids=("ada-1",)))
    evidence.lose("ada-2", hours=46)
    evidence.put(evidence.row("ada", hours=48), hours=45)
    evidence.ran()
    evidence.settle()

    assert evidence.states()["ada-2"] == NOT_SENT


@ONE
def test_other_campaigns_people_accounts_and_times_tell_nothing(evidence):
    evidence.lose("ada")
    evidence.put(evidence.row("ada", CAMPAIGN_ID="8"), evidence.row("bob"), evidence.row("ada", hours=50))
    evidence.put(evidence.row("ada"), account="99")
    evidence.ran()
    evidence.settle()

    assert evidence.states() == {"ada": NOT_SENT}


@ONE
def test_a_file_without_addresses_tells_by_the_riid_of_an_address(evidence):
    evidence.put(evidence.row("ada", hours=100, CAMPAIGN_ID="3"), hours=99)
    evidence.lose("ada")
    evidence.put(evidence.row("ada", EMAIL=""))
    evidence.ran()
    evidence.settle()

    assert evidence.states() == {"ada": "delivered"}


@ONE
@pytest.mark.parametrize("state", ["waiting", "fetched", "failed", "ignored"])
def test_a_file_that_may_hold_the_e_mail_is_waited_for(evidence, state):
    evidence.lose("ada")
    evidence.put(evidence.row("bob"))
    evidence.put(evidence.row("cy"), hours=30)
    with evidence.events.begin() as connection:
        newest = select(event_files.c.id).order_by(event_files.c.id.desc()).limit(1).scalar_subquery()
        connection.execute(update(event_files).where(event_files.c.id == newest).values(state=state))
    evidence.ran()
    evidence.settle()

    assert f"is {state}" in evidence.states()["ada"]
    assert evidence.letters(proven=True) == {}


@ONE
def test_before_the_end_nothing_is_proven(evidence):
    evidence.lose("ada", hours=5)
    evidence.put(evidence.row("bob", hours=4), hours=3)
    evidence.ran()
    evidence.settle()

    assert evidence.states()["ada"].startswith("no event tells of it yet; its time ends at ")


@ONE
def test_a_sent_of_after_the_end_completes_the_files(evidence):
    """The import need not be late for that."""
    evidence.lose("ada", hours=30)
    evidence.put(evidence.row("bob", hours=30), evidence.row("cy", hours=5), hours=4)
    evidence.ran(hours=3)
    evidence.settle()

    assert evidence.states() == {"ada": NOT_SENT}


@ONE
def test_without_a_sent_file_since_the_call_nothing_is_proven(evidence):
    evidence.put(evidence.row("ada", hours=100), hours=99)
    evidence.lose("ada")
    evidence.ran()
    evidence.settle()

    assert evidence.states()["ada"].endswith("no SENT file was first seen after the call")


@BOTH
def test_a_late_event_settles_what_was_thought_not_to_be_sent(evidence):
    evidence.lose("ada")
    evidence.put(evidence.row("bob"))
    evidence.ran()
    evidence.settle()
    evidence.put(evidence.row("ada"), hours=1)
    evidence.settle()

    assert evidence.states() == {"ada": "delivered"}
    assert evidence.letters(proven=True) == {}


@ONE
def test_where_outcomes_are_not_kept_nothing_is_told(evidence):
    evidence.lose("ada")
    evidence.known(None, hours=40)
    evidence.put(evidence.row("ada"))
    evidence.ran()
    evidence.settle()

    assert evidence.states()["ada"].startswith("outcomes of other e-mails of that time are not kept")


@ONE
def test_rules_are_told_that_an_e_mail_was_delivered(evidence):
    activation = {"audience": "new", "profile_id": "person:7", "call_type": "ADD", "id": "a-7"}
    evidence.lose("ada")
    change = update(dead_letters).values(activation=json.dumps(activation), profile_id="person:7")
    with evidence.engine.begin() as connection:
        connection.execute(change)
    evidence.put(evidence.row("ada"))
    evidence.ran()
    Settler(evidence.engine, ["new"]).settle(*evidence.found())

    with evidence.engine.connect() as connection:
        (note,) = connection.execute(select(witness_notes)).all()
    assert note.rows == [
        {"id": "a-7", "profile_id": "person:7", "call_type": "ADD", "verdict": "delivered", "identifiers": {}}
    ]


@ONE
def test_the_numbers_are_those_of_the_letter_s_place(evidence):
    evidence.lose("ada")
    evidence.put(evidence.row("ada"))
    evidence.ran()
    evidence.settle()

    with evidence.engine.connect() as connection:
        places = connection.execute(select(statistics.c.connector, statistics.c.destination).distinct()).all()
    assert [stats.Where(*place) for place in places] == [stats.Where("acme", "welcome")]


@ONE
def test_an_erased_letter_that_was_delivered_is_counted_as_sent_alone(evidence):
    evidence.lose("ada", "bob")
    evidence.put(evidence.row("ada"))
    evidence.put(evidence.row("bob"), feed="FAIL")
    evidence.ran()
    evidence.settle()
    for name in ("ada", "bob"):
        erase(evidence.engine, name, Found(), only_count=False)

    with evidence.engine.connect() as connection:
        rows = connection.execute(select(statistics.c.name, statistics.c.value)).all()
    assert {row.name: row.value for row in rows} == {
        "rejected:Timeout": 2, "resolved:delivered": 1, "resolved:FAIL": 1, "sent": 1, "erased": 1,
    }  # fmt: skip


@ONE
def test_an_event_that_settled_an_older_letter_stays_its_own(evidence):
    evidence.lose("ada-1", hours=60)
    evidence.put(evidence.row("ada", hours=47.9))
    evidence.ran()
    evidence.settle()
    evidence.lose("ada-2")
    evidence.settle()

    assert evidence.states() == {"ada-1": "delivered", "ada-2": NOT_SENT}


@ONE
def test_a_known_e_mail_of_just_before_has_its_own_event(evidence):
    evidence.lose("ada")
    evidence.known(out_at(evidence, "ada", hours=48.05), hours=48)
    evidence.put(evidence.row("ada", hours=48.05), evidence.row("ada"))
    evidence.ran()
    evidence.settle()

    assert evidence.states() == {"ada": "delivered"}
