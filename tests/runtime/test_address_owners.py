"""New addresses that Responsys refuses, because another member has them, become conflicts."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from sqlalchemy import insert, select

from pipeline.errors import RetryLater
from pipeline.model.activation import Activation
from pipeline.people.conflicts import settle_conflict
from pipeline.people.learning import Lesson, learn
from pipeline.records.catalog import Catalog
from pipeline.runtime.address_owners import AddressOwners
from pipeline.runtime.note_taking import NoteTaking
from pipeline.stores.outcome_tables import dead_letters, witness_notes
from pipeline.stores.people_tables import conflicts, handles
from tests.accept.test_acceptance import ACME
from tests.people.records import ACCOUNT, record, take
from tests.responsys.actions.exports import export

NEW, OWN, OTHER = "Ada.New@example.com", "7", "8"
EXPORT = replace(
    export(
        audience="people",
        identifiers={"riid": "RIID_", "email": "EMAIL_ADDRESS_"},
        match_column_1=["RIID_", "EMAIL_ADDRESS_"],
    ),
    name="people",
)


class Account:
    """An account with members by address."""

    def __init__(self, **riids):
        self.riids, self.asked, self.failure = (
            {f"{name}@example.com": riid for name, riid in riids.items()},
            [],
            None,
        )

    def ready(self):
        """Nothing is to be prepared."""

    def send(self, call):
        self.asked.append(call.body["ids"])
        if self.failure:
            raise self.failure
        records = [[one, self.riids[one]] for one in call.body["ids"] if one in self.riids]
        return {"recordData": {"fieldNames": ["EMAIL_ADDRESS_", "RIID_"], "records": records}}


@pytest.fixture
def person(sqlite_events):
    """A person who is known by a record and a RIID."""
    take(sqlite_events, record("003000000000001AAA", "ada@example.com"))
    with sqlite_events.begin() as connection:
        learn(connection, [Lesson("person:1", (("riid", ACCOUNT, OWN),), 1)])
    return 1


@pytest.fixture
def refuse(sqlite, sqlite_events, redis, person):
    """Has a row refused and its note taken; returns the open conflicts."""

    def refuse(account, code="MERGEFAILED", destination=EXPORT, batch="b1"):
        activation = Activation("people", f"person:{person}", "UPDATE", {"email": NEW})
        leave(sqlite, activation, code, batch)
        catalog = Catalog(1, {"acme": replace(ACME, account_id=ACCOUNT)}, {"people": destination})
        owners = AddressOwners(redis, sqlite, sqlite_events, lambda _: account, 60.0)
        NoteTaking(sqlite, sqlite_events, (), lambda notes: owners.find(catalog, notes)).run(catalog)
        return open_ones(sqlite_events)

    return refuse


def leave(engine, activation, code, batch):
    """Write the dead letter and the note of a batch."""
    now = datetime.now(UTC)
    letter = {
        "id": batch,
        "created_at": now,
        "connector": "acme",
        "destination": "people",
        "audience": "people",
    }
    letter |= {
        "profile_id": activation.profile_id,
        "code": code,
        "detail": "no",
        "state": "open",
        "batch": batch,
    }
    row = {"id": None, "profile_id": activation.profile_id, "call_type": "UPDATE", "verdict": code}
    note = {"batch": batch, "destination": "people", "connector": "acme", "at": now}
    with engine.begin() as connection:
        letter["activation"] = msgspec.json.encode(activation).decode()
        connection.execute(insert(dead_letters).values(letter))
        connection.execute(insert(witness_notes).values(**note, rows=[row | {"identifiers": {}}]))


def open_ones(events):
    with events.connect() as connection:
        rows = connection.execute(select(conflicts).where(conflicts.c.settled.is_(None))).all()
    return [
        (row.kind, row.whose, [(one["kind"], one["person"]) for one in row.values["handles"]]) for row in rows
    ]


def test_an_address_that_another_member_has_is_a_conflict_with_that_member(refuse):
    """Oracle documents no code of the cause, so the account is asked for it."""
    account = Account(**{"ada.new": OTHER})

    [(kind, whose, named)] = refuse(account)

    assert (kind, whose) == ("handles", 1)
    assert [kind for kind, _ in named] == ["riid", "email"]
    assert account.asked == [["ada.new@example.com"]]


def test_the_same_refusal_once_more_is_no_second_conflict(refuse):
    account = Account(**{"ada.new": OTHER})
    refuse(account)

    assert len(refuse(account, batch="b2")) == 1


def test_a_row_that_cannot_be_read_keeps_no_other_from_being_asked_about(refuse, sqlite, person):
    """Such a row is a dead letter of its batch, too; with an error here its notes would never be taken."""
    letter = {
        "id": "unread",
        "created_at": datetime.now(UTC),
        "code": "Invalid",
        "detail": "no",
        "batch": "b1",
    }
    with sqlite.begin() as connection:
        connection.execute(
            insert(dead_letters).values(
                **letter,
                state="open",
                activation='{"audience": "peo',
                audience="people",
                profile_id="person:1",
            )
        )

    assert len(refuse(Account(**{"ada.new": OTHER}))) == 1


@pytest.mark.parametrize("riids", [{}, {"ada.new": OWN}])
def test_a_refusal_for_another_cause_is_none(refuse, riids):
    assert refuse(Account(**riids)) == []


@pytest.mark.parametrize("code", ["OutcomeUnknown", "Invalid", "OptedOut"])
def test_rows_that_responsys_did_not_refuse_are_not_asked_for(refuse, code):
    account = Account(**{"ada.new": OTHER})

    assert refuse(account, code) == []
    assert account.asked == []


def test_a_row_that_was_found_by_its_address_is_not_asked_for(refuse):
    account = Account(**{"ada.new": OTHER})
    by_address = replace(EXPORT, options=EXPORT.options | {"match_column_1": "EMAIL_ADDRESS_"})

    assert refuse(account, destination=by_address) == []
    assert account.asked == []


def test_an_account_that_does_not_answer_leaves_the_letter_alone(refuse):
    account = Account()
    account.failure = RetryLater("Timeout", delay=60)

    assert refuse(account) == []


def test_settled_as_the_same_the_member_is_the_persons(refuse, sqlite_events):
    refuse(Account(**{"ada.new": OTHER}))

    with sqlite_events.begin() as connection:
        settle_conflict(connection, 1, "same", "ada")

    with sqlite_events.connect() as connection:
        riids = select(handles.c.value).where(handles.c.kind == "riid", handles.c.person == 1)
        assert sorted(connection.scalars(riids)) == [OWN, OTHER]


def test_settled_as_apart_it_is_not_asked_again(refuse, sqlite_events):
    account = Account(**{"ada.new": OTHER})
    refuse(account)

    with sqlite_events.begin() as connection:
        settle_conflict(connection, 1, "apart", "ada")

    assert refuse(account, batch="b2") == []
