"""pipeline.runtime.barred_people: rows of destinations with ``honour``, before their first call."""

from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from pipeline.deliver.briefing import briefed
from pipeline.errors import Misconfigured, RetryLater
from pipeline.model.activation import Activation
from pipeline.model.call import Rejection
from pipeline.model.consent_account import ConsentAccount
from pipeline.records.catalog import Catalog
from pipeline.responsys.connector import ResponsysConnector
from pipeline.runtime.barred_people import BarredPeople
from pipeline.stores.database import open_database
from tests.consents.conftest import ADA, Consents

EMAIL = ConsentAccount(name="email", channel="email", sources=("leads",), audience="consent-email")
CATALOG = Catalog(1, consents={"email": EMAIL})
ROWS = [
    Activation("a", f"c-{n}", "ADD", {"email": email}) for n, email in enumerate((ADA, "bob@example.com"))
]


def action(honour):
    connector = SimpleNamespace(name="acme", kind=ResponsysConnector.kind, account="acme")
    return SimpleNamespace(
        connector=connector, destination=SimpleNamespace(honour=honour), wants_briefing=bool(honour)
    )


def unopened():
    raise AssertionError("opened")


def test_a_row_whose_person_is_out_is_rejected(events):
    Consents(events).event("OPT_OUT")

    found = BarredPeople(lambda: events, lambda: CATALOG).brief(action("email"), ROWS)

    detail = 'out by the consents "email": `activation consent explain` tells since when'
    assert found.barred == {0: Rejection("OptedOut", detail)}


@pytest.mark.parametrize("honour", [None, "sms"])
def test_a_destination_without_consents_costs_nothing(honour):
    assert BarredPeople(unopened, lambda: CATALOG).brief(action(honour), ROWS).barred == {}


def test_a_store_that_is_down_lets_nobody_through(tmp_path):
    """A batch that cannot be briefed waits; it never counts as one whose people are not out."""
    engine = open_database(f"sqlite:///{tmp_path / 'none.db'}")  # it has no tables
    job = SimpleNamespace(
        progress=SimpleNamespace(step=0), action=action("email"), plan=SimpleNamespace(rows=ROWS)
    )

    with pytest.raises(RetryLater, match="cannot be read"):
        briefed(job, [BarredPeople(lambda: engine, lambda: CATALOG)])
    engine.dispose()


@pytest.mark.parametrize(
    "error", [OperationalError("SELECT 1", {}, Exception("down")), Misconfigured("it cannot be reached")]
)
def test_an_events_store_that_cannot_be_opened_lets_nobody_through(error):
    def refused():
        raise error

    job = SimpleNamespace(
        progress=SimpleNamespace(step=0), action=action("email"), plan=SimpleNamespace(rows=ROWS)
    )

    with pytest.raises(RetryLater):
        briefed(job, [BarredPeople(refused, lambda: CATALOG)])
