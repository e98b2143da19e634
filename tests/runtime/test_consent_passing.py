"""pipeline.runtime.consent_passing: what waits goes out once, and members who come later are told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select, update

from pipeline.consents.barred import barred_positions
from pipeline.consents.bursts import held_name
from pipeline.consents.noting import now_ms
from pipeline.consents.saying import Saying, waiting_name
from pipeline.consents.state_store import read_states
from pipeline.consents.telling import note_answer
from pipeline.consents.untold import untold
from pipeline.model.activation import Activation
from pipeline.operate.consents import addresses_meant
from pipeline.people.record_identity import sha256
from pipeline.produce.appender import Appender, AppendFailed
from pipeline.records.catalog import Catalog
from pipeline.responsys.connector import ResponsysConnector
from pipeline.runtime.consent_answers import answer_taker
from pipeline.runtime.consent_passing import ConsentPassing
from pipeline.settle.witness_notes import WitnessNote
from pipeline.stores.database import reading
from pipeline.stores.people_tables import handles
from pipeline.stores.stream_tables import outgoing
from tests.consents.conftest import ADA, EMAIL, Consents, told
from tests.fixtures.intake import Bell, Entries


class Killed(BaseException):
    """The end of a process."""


LIST = SimpleNamespace(
    name="consent-list",
    audience="consent-email",
    connector="acme",
    options={"permission": "consent"},
    honour=None,
)
CATALOG = Catalog(
    1,
    connectors={"acme": SimpleNamespace(kind=ResponsysConnector.kind)},
    destinations={"consent-list": LIST},
    consents={"email": EMAIL},
)


@pytest.fixture
def consent(events):
    return Consents(events)


@pytest.fixture
def passing(events, redis):
    return ConsentPassing(events, Appender(redis, Bell(), sleep=lambda _: None), CATALOG)


@pytest.fixture
def say(events):
    """State a wish, as a command does before it passes it on."""

    def say(wish, address=ADA):
        from pipeline.consents.addresses import digest_of_address

        with events.begin() as connection:
            saying = Saying(connection, EMAIL, ["consent-list"])
            saying.say(wish, digest_of_address(address), {"by": "cli:ada"}, plain=address)

    return say


def waiting(events):
    with reading(events) as connection:
        return list(connection.scalars(select(outgoing.c.source)))


def add_member(events, riid, told_at=None):
    """Let a RIID of Ada become known."""
    with events.begin() as connection:
        person = connection.scalar(select(handles.c.person).where(handles.c.kind == "email"))
        row = {
            "id": 50,
            "kind": "riid",
            "scope": "5",
            "value": riid,
            "person": person,
            "told_at": told_at,
        }
        connection.execute(insert(handles).values(row))


def test_what_a_killed_command_left_is_passed_on_once(events, redis, passing, say):
    say("out")
    say("in")
    assert waiting(events) == [waiting_name("email")] * 2

    assert passing.run() == 2
    assert passing.run() == 0
    assert told(Entries(redis)()) == [("out", ADA), ("in", ADA)]
    assert waiting(events) == []


def test_a_passing_that_was_killed_after_it_appended_appends_nothing_twice(
    events, redis, passing, say, monkeypatch
):
    say("out")
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.streams.stream_outbox.StreamOutbox._note", killed)
        with pytest.raises(Killed):
            passing.run()

    passing.run()

    assert told(Entries(redis)()) == [("out", ADA)]


def killed(*_):
    raise Killed


def test_without_redis_all_waits(events, passing, say, monkeypatch):
    say("out")
    with monkeypatch.context() as patched:
        patched.setattr(Appender, "append_chunk", refused)
        with pytest.raises(AppendFailed):
            passing.run()

    assert waiting(events) == [waiting_name("email")]


def refused(*_):
    raise AppendFailed([], "down")


def test_what_a_burst_holds_back_stays(events, passing, say):
    with events.begin() as connection:
        connection.execute(insert(outgoing).values(source=held_name("email", "leads"), body="{}"))

    passing.run()

    assert waiting(events) == [held_name("email", "leads")]


def test_a_member_who_comes_later_is_told(events, redis, passing, consent):
    consent.answer(consent.event("OPT_OUT"))
    passing.run()
    add_member(events, "470515001")

    assert passing.run() == 1
    assert passing.run() == 0
    (activation,) = Entries(redis)()
    assert activation.identifiers == {"riid": "470515001"}
    assert (activation.destination, activation.id) == ("consent-list", "consent:1:2:consent-list")


def test_a_riid_that_the_very_answer_told_is_not_told_again(events, redis, passing, consent):
    activations = consent.event("OPT_OUT")
    passing.run()
    consent.answer(activations)
    add_member(events, "470515001", told_at=consent.now // 1000)

    assert passing.run() == 0


def test_a_member_of_a_person_who_is_in_is_told_nothing(events, passing, consent, say):
    say("in")
    passing.run()
    add_member(events, "470515001")

    assert passing.run() == 0


def test_an_opting_out_by_riid_is_told_again_once_its_address_is_known(events, redis, passing, consent):
    row = {"id": 50, "kind": "riid", "scope": "5", "value": "7", "person": 50}
    with events.begin() as connection:
        connection.execute(insert(handles).values(row))
        saying = Saying(connection, EMAIL, ["consent-list"])
        saying.say("out", "riid:5:7", {"by": "cli:ada"})
    assert passing.run() == 1
    with events.begin() as connection:
        address = {"id": 51, "kind": "email", "scope": "", "value": sha256(ADA), "label": ADA, "person": 50}
        connection.execute(insert(handles).values(address))

    assert passing.run() == 1
    assert passing.run() == 0
    *_, activation = Entries(redis)()
    assert activation.identifiers == {"riid": "7", "email": ADA}


def test_a_person_whose_riid_opted_out_is_out_by_address_and_taken_back_in_by_it(events, redis, passing):
    row = {"id": 50, "kind": "riid", "scope": "5", "value": "7", "person": 50}
    with events.begin() as connection:
        connection.execute(insert(handles).values(row))
        Saying(connection, EMAIL, ["consent-list"]).say("out", "riid:5:7", {"by": "cli:ada"})
        address = {"id": 51, "kind": "email", "scope": "", "value": sha256(ADA), "label": ADA, "person": 50}
    passing.run()
    with events.begin() as connection:
        connection.execute(insert(handles).values(address))
    passing.run()

    row = Activation(audience="a", profile_id="person:50", call_type="UPDATE", identifiers={"email": ADA})
    with events.begin() as connection:
        assert read_states(connection, "email", [sha256(ADA)])[sha256(ADA)].state.status == "out"
        meant = [one.digest for one in addresses_meant(connection, ADA)]
        assert meant == [sha256(ADA), "riid:5:7"]
        assert barred_positions(connection, "email", [row]) == {0}
        for one in meant:
            Saying(connection, EMAIL, ["consent-list"]).say("in", one, {"by": "cli:ada"})
        assert barred_positions(connection, "email", [row]) == set()


def test_an_opting_out_by_riid_is_told_again_once_its_person_is_that_of_an_address(events, redis, passing):
    """Both were known before; no handle is new when an event or an answer says that they are one person."""
    row = {"id": 50, "kind": "riid", "scope": "5", "value": "7", "person": 50}
    with events.begin() as connection:
        connection.execute(insert(handles).values(row))
        saying = Saying(connection, EMAIL, ["consent-list"])
        saying.say("out", "riid:5:7", {"by": "cli:ada"})
        address = {"id": 49, "kind": "email", "scope": "", "value": sha256(ADA), "label": ADA, "person": 49}
        connection.execute(insert(handles).values(address))
    passing.run()
    with events.begin() as connection:
        note_answer(connection, 1, "consent-list", "Invalid", now_ms())
        connection.execute(update(handles).where(handles.c.id == 50).values(person=49))

    assert passing.run() == 1
    assert Entries(redis)()[-1].identifiers == {"riid": "7", "email": ADA}
    for _ in range(4):  # refused once more, it is not told without end
        with events.begin() as connection:
            note_answer(connection, 1, "consent-list", "Invalid", now_ms())
        passing.run()
    assert passing.run() == 0


def test_a_wish_that_an_older_one_has_overtaken_is_told_again(events, redis, passing, say):
    """The outbox of a killed run goes on when the later wish has been told by another."""
    say("out")
    say("in")
    passing.run()
    with events.begin() as connection:
        connection.execute(update(handles).where(handles.c.kind == "email").values(label=ADA))
    first, second = Entries(redis)()
    answer(events, second)
    assert waiting(events) == []
    answer(events, first)
    assert waiting(events) == [waiting_name("email")]
    passing.run()

    *_, again = Entries(redis)()
    assert told([again]) == [("in", ADA)]
    answer(events, again)
    assert waiting(events) == []


def answer(events, activation):
    """Let the list take a row, a second after the one before."""
    rows = [{"id": activation.id, "verdict": "delivered", "profile_id": activation.profile_id}]
    at = datetime.now(UTC) + timedelta(seconds=next(SECONDS))
    with events.begin() as connection:
        answer_taker(CATALOG)(connection, [WitnessNote("b", "consent-list", "acme", at, rows)])


SECONDS = count(1)


def test_what_was_noted_while_consents_watched_is_told_once_they_are_live(events, redis, passing):
    watching = replace(EMAIL, mode="watch")
    Consents(events, watching).event("OPT_OUT")
    Consents(events, watching).event("OPT_OUT", "bob@example.com", id="2")
    assert replace(passing, catalog=replace(CATALOG, consents={"email": watching})).run() == 0

    assert passing.run() == 2
    assert passing.run() == 0
    assert {one.variables["consent"] for one in Entries(redis)()} == {"out"}
    assert {one.destination for one in Entries(redis)()} == {"consent-list"}


def test_a_destination_that_comes_later_is_told_alone(events, redis, passing, consent, say):
    say("out")
    passing.run()
    with events.begin() as connection:
        connection.execute(update(handles).values(label=ADA))
    later = SimpleNamespace(**{**vars(LIST), "name": "consent-second"})
    both = replace(CATALOG, destinations={"consent-list": LIST, "consent-second": later})

    assert replace(passing, catalog=both).run() == 1
    assert replace(passing, catalog=both).run() == 0
    *_, activation = Entries(redis)()
    assert (activation.destination, activation.identifiers["email"]) == ("consent-second", ADA)


def test_a_look_that_was_killed_tells_the_rest_and_nothing_twice(events, redis, passing, monkeypatch):
    watched = Consents(events, replace(EMAIL, mode="watch"))
    for number in range(5):
        watched.event("OPT_OUT", f"p{number}@example.com")
    monkeypatch.setattr("pipeline.consents.untold.AT_ONCE", 2)
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.runtime.consent_passing.untold", killed_at_third(untold))
        with pytest.raises(Killed):
            passing.run()

    passing.run()

    people = [one.profile_id for one in Entries(redis)()]
    assert len(people) == len(set(people)) == 5


def killed_at_third(real):
    calls = []

    def wrapped(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise Killed
        return real(*arguments)

    return wrapped
