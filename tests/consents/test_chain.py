"""The chain of statements shows each change, and holds when evidence is erased."""

import pytest
from sqlalchemy import delete, select, update

from pipeline.consents.chain import first_fault
from pipeline.stores.consent_tables import consent_statements
from pipeline.stores.database import reading


@pytest.fixture
def chain(consent):
    for kind in ("OPT_OUT", "COMPLAINT", "OPT_OUT"):
        consent.event(kind)

    def fault():
        with reading(consent.events) as connection:
            rows = (
                connection.execute(select(consent_statements).order_by(consent_statements.c.id))
                .mappings()
                .all()
            )
        return first_fault(rows)

    def change(statement):
        with consent.events.begin() as connection:
            connection.execute(statement)

    return fault, change


def test_a_chain_holds(chain):
    fault, _ = chain

    assert fault() is None


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("wish", "in", "it was changed"),
        ("at", 1, "it was changed"),
        ("address", "b" * 64, "it was changed"),
        ("evidence", {"file": "another"}, "its evidence was changed"),
        ("previous", "0" * 64, "it does not follow from the one before"),
    ],
)
def test_a_change_is_found(chain, column, value, reason):
    fault, change = chain

    change(update(consent_statements).where(consent_statements.c.id == 2).values({column: value}))

    assert (fault().id, fault().reason) == (2, reason)


def test_a_statement_that_was_taken_out_is_found(chain):
    fault, change = chain

    change(delete(consent_statements).where(consent_statements.c.id == 2))

    assert (fault().id, fault().reason) == (2, "it is missing")


def test_evidence_that_was_erased_is_no_fault(chain):
    fault, change = chain

    change(update(consent_statements).where(consent_statements.c.id == 2).values(evidence=None))

    assert fault() is None
