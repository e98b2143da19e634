"""Tombstones: no RIID of an erased person can be read, and nobody is written to again by accident."""

import pytest
from sqlalchemy import insert, select

from pipeline.consents.barred import barred_positions
from pipeline.consents.chain import first_fault
from pipeline.consents.erasing import erase_evidence
from pipeline.model.activation import Activation
from pipeline.people.scopes import riid_accounts
from pipeline.profiles.erasure import erase_from_events
from pipeline.stores.consent_tables import consent_statements, consent_states, consent_tells
from pipeline.stores.database import reading
from pipeline.stores.people_tables import handles

RIID = "470515001"
ROW = Activation(audience="a", profile_id="p", call_type="ADD", identifiers={"riid": RIID})


def opts_out(consent, kind="OPT_OUT", person=90):
    """A member without a known address opts out."""
    with consent.events.begin() as connection:
        for number, riid in ((90, RIID), (91, "8")):
            row = {"id": number, "kind": "riid", "scope": "5", "value": riid, "person": number}
            if connection.scalar(select(handles.c.id).where(handles.c.id == number)) is None:
                connection.execute(insert(handles).values(row))
    return consent.event(kind, email="", person=person, riid=RIID)


def texts(consent):
    """Return all that the tables of consents say."""
    with reading(consent.events) as connection:
        tables = (consent_states, consent_statements, consent_tells)
        return str([connection.execute(select(table)).all() for table in tables])


@pytest.fixture
def is_barred(consent):
    def is_barred(account=None):
        with reading(consent.events) as connection:
            accounts = riid_accounts(connection) if account is None else [account]
            return barred_positions(connection, "email", [ROW], account, accounts) == {0}

    return is_barred


@pytest.fixture
def erased(consent):
    """The member opted out and was erased."""
    assert len(opts_out(consent)) == 1
    assert RIID in texts(consent)
    assert erase_evidence(consent.events, RIID) == 1
    erase_from_events(consent.events, RIID)
    return consent


def test_no_riid_can_be_read_after_an_erasure(erased, is_barred):
    assert RIID not in texts(erased)
    assert erased.statuses == [("out", 1)]
    assert is_barred()
    assert is_barred("5")
    assert not is_barred("6")
    with reading(erased.events) as connection:
        rows = connection.execute(select(consent_statements).order_by(consent_statements.c.id))
        assert first_fault(dict(row) for row in rows.mappings()) is None


def test_the_state_goes_on_when_the_member_says_more(erased, is_barred):
    erased.now += 60_000
    told = opts_out(erased, "OPT_IN")

    assert [one.variables["consent"] for one in told] == ["in"]
    assert erased.statuses == [("in", 2)]
    assert not is_barred()
    assert erase_evidence(erased.events, RIID) == 1
    assert RIID not in texts(erased)
