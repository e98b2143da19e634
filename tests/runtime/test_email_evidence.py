"""Unknown e-mails, put together: accounts, campaigns and their ids, and what is said where one is missing."""

from dataclasses import replace

import pytest
from sqlalchemy import true

from pipeline.errors import RetryLater
from pipeline.evidence.email_pages import undecided_pages
from pipeline.records.catalog import Catalog, Hold
from pipeline.runtime.email_evidence import EmailEvidence
from tests.accept.test_acceptance import ACME
from tests.event_files.folder import IMPORT
from tests.evidence.conftest import Evidence

pytestmark = pytest.mark.parametrize(("engine", "events"), [("sqlite", "sqlite")], indirect=True)
BETA = replace(ACME, name="beta", username="other")


class Account:
    """An account that lists its campaigns, and counts how often it was asked."""

    def __init__(self, **campaigns):
        self.campaigns, self.asked, self.failure = campaigns, [], None

    def ready(self):
        """Nothing is to be prepared."""

    def send(self, call):
        self.asked.append(call.path)
        if self.failure:
            raise self.failure
        listed = [{"id": number, "name": name} for name, number in self.campaigns.items()]
        first = int(call.path.partition("offset=")[2].partition("&")[0])
        return {"campaigns": listed[first : first + 200], "links": []}


@pytest.fixture
def evidence(engine, events, tmp_path):
    (tmp_path / "spool").mkdir()
    return Evidence(engine, events, tmp_path / "spool")


@pytest.fixture
def look(redis, evidence):
    def look(account, *connectors, **holds):
        known = {one.name: one for one in connectors or (ACME,)}
        catalog = Catalog(1, known, {}, imports={IMPORT.name: IMPORT}, **holds)
        runner = EmailEvidence(redis, evidence.engine, lambda: evidence.events, lambda _: account, 60.0)
        return runner.run(catalog)

    return look


def finding(evidence):
    [(email,)] = undecided_pages(evidence.engine, true())
    return email.finding


def test_an_e_mail_is_settled_by_the_id_of_its_campaign_on_any_page_of_the_list(evidence, look):
    account = Account(**{f"OTHER-{n}": n for n in range(100, 350)}, WELCOME=7)
    evidence.lose("ada")
    evidence.put(evidence.row("ada"))
    evidence.ran()

    assert look(account).resolved == {"delivered": 1}
    assert len(account.asked) == 2


def test_the_list_is_asked_for_every_ten_minutes_at_most(evidence, look, redis):
    account = Account(SPRING=7)
    evidence.lose("ada", hours=1)
    evidence.put(evidence.row("bob", hours=1), hours=0.5)
    look(account)
    look(account)

    assert len(account.asked) == 1
    assert finding(evidence) == 'the account has no e-mail campaign "WELCOME" (any more)'
    assert 0 < redis.ttl(f"campaigns:{ACME.account}") <= 600


def test_an_account_that_cannot_be_asked_leaves_letters_as_they_are(evidence, look):
    account = Account(WELCOME=7)
    account.failure = RetryLater("API_LIMIT_EXCEEDED", "later")
    evidence.lose("ada")
    evidence.put(evidence.row("ada"))
    look(account)

    assert finding(evidence) == "the account could not be asked for its campaigns: API_LIMIT_EXCEEDED"


def test_without_event_files_it_is_said_that_there_are_none(evidence, look):
    evidence.lose("ada")
    look(Account(WELCOME=7))

    assert finding(evidence) == "no event file of e-mails was imported"


@pytest.mark.parametrize("case", ["two accounts in files", "two connectors"])
def test_of_several_accounts_one_must_be_named(evidence, look, case):
    evidence.lose("ada")
    evidence.put(evidence.row("ada"))
    evidence.ran()
    if case == "two accounts in files":
        evidence.put(evidence.row("bob"), account="99")
    taken = replace(BETA, account_id="1234")
    look(Account(WELCOME=7), *((ACME, taken) if case == "two connectors" else (ACME,)))
    assert finding(evidence).startswith("say with account_id which of the accounts in event files is that of")
    connectors = (ACME, BETA) if case == "two connectors" else (ACME,)

    named = [replace(one, account_id="1234" if one is ACME else "99") for one in connectors]
    assert look(Account(WELCOME=7), *named).resolved == {"delivered": 1}


def test_a_connector_that_a_person_paused_is_not_asked(evidence, look):
    account = Account(WELCOME=7)
    evidence.lose("ada")
    evidence.put(evidence.row("ada"))
    hold = Hold("paused", "", "for the night", evidence.now)
    look(account, holds={("connector", "acme"): hold})

    assert account.asked == []
    assert finding(evidence).startswith("its connector is stopped")


def test_a_connector_that_was_removed_leaves_its_letters(evidence, look):
    evidence.lose("ada")
    evidence.put(evidence.row("ada"))
    look(Account(WELCOME=7), BETA)

    assert finding(evidence) == "its connector is not there any more"


def test_files_of_one_account_are_of_the_connector_whose_e_mails_they_tell_of(evidence, look):
    """With two connectors: until an event of its own is met, nothing is said not to be sent."""
    evidence.lose("ada")
    evidence.put(evidence.row("bob"))
    evidence.ran()
    look(Account(WELCOME=7), ACME, BETA)
    assert finding(evidence).startswith("say with account_id")

    evidence.lose("cy")
    evidence.put(evidence.row("cy"))
    look(Account(WELCOME=7), ACME, BETA)
    assert evidence.states() == {"ada": "not sent: safe to replay", "cy": "delivered"}
