"""Looking unknown e-mails up, put together: accounts, campaigns, events, and the letters that they settle."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import redis
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import CallError, PipelineError
from pipeline.evidence.complete_files import account_numbers
from pipeline.evidence.look_up import AccountEmails, Findings, LookUp
from pipeline.evidence.settling import Settled, Settler
from pipeline.evidence.unknown_email import UnknownEmail, any_undecided, undecided_emails
from pipeline.model.call import Call, Sender
from pipeline.model.connector import Connector
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import KINDS, kind_of
from pipeline.records.mirror import why_stopped
from pipeline.runtime.campaign_ids import campaign_ids
from pipeline.runtime.permits import permitted

log = logging.getLogger(__name__)

NO_FILES = "no event file of e-mails was imported"
GONE = "its connector is not there any more"


@dataclass(frozen=True)
class EmailEvidence:
    """Looks up all undecided e-mails, and settles what is found. ``events`` opens the events store."""

    client: redis.Redis
    engine: Engine
    events: Callable[[], Engine]
    clients: Callable[[Connector], Sender]
    minute: float  # seconds that a minute of the limits has

    def run(self, catalog: Catalog) -> Settled:
        """Look up now."""
        emails = undecided_emails(self.engine) if any_undecided(self.engine) else []
        if not emails:
            return Settled()
        look_up = LookUp(self.engine, self.events(), catalog.imports, sending_actions())
        findings = Findings()
        for account in self._accounts(catalog, emails, findings):
            found = look_up.of_account(account)
            findings.resolved |= found.resolved
            findings.not_sent |= found.not_sent
            findings.undecided |= found.undecided
        return Settler(self.engine, catalog.witnessed_audiences).settle(emails, findings)

    def run_aside(self, catalog: Catalog) -> None:
        """Look up at the end of other work, which a failure does not spoil: the timer looks again."""
        try:
            self.run(catalog)
        except (SQLAlchemyError, redis.RedisError, PipelineError) as error:
            log.warning("e-mails not looked up", extra={"error": type(error).__name__})

    def _accounts(
        self, catalog: Catalog, emails: Sequence[UnknownEmail], findings: Findings
    ) -> Iterator[AccountEmails]:
        """Yield the e-mails that can be looked up, by account; for the others note why they cannot."""
        by_account: dict[str, list[UnknownEmail]] = defaultdict(list)
        for each in emails:
            connector = catalog.connectors.get(each.connector)
            if connector is None:
                findings.undecided[each.id] = GONE
            else:
                by_account[connector.account].append(each)
        numbers = account_numbers(self.events())
        for account, own in by_account.items():
            connectors = [one for one in catalog.connectors.values() if one.account == account]
            number, problem = number_of(catalog, connectors[0], numbers)
            if problem and not number:
                findings.undecided |= {each.id: problem for each in own}
                continue
            names = [one.name for one in connectors]
            found = AccountEmails(number, names, {}, own, problem)
            yield from self._with_campaigns(catalog, connectors[0], found, findings)

    def _with_campaigns(
        self, catalog: Catalog, connector: Connector, account: AccountEmails, findings: Findings
    ) -> Iterator[AccountEmails]:
        """Yield the e-mails of campaigns that the account has."""
        names = {each.campaign for each in account.emails}
        try:
            ids, problem = self._ids(catalog, connector, names)
        except CallError as error:
            ids, problem = {}, f"the account could not be asked for its campaigns: {error.code}"
        for each in account.emails:
            if each.campaign not in ids:
                missing = f'the account has no e-mail campaign "{each.campaign}" (any more)'
                findings.undecided[each.id] = problem or missing
        kept = [each for each in account.emails if each.campaign in ids]
        if kept:
            yield replace(account, campaigns=ids, emails=kept)

    def _ids(self, catalog: Catalog, connector: Connector, names: set[str]) -> tuple[Mapping[str, str], str]:
        if stopped := why_stopped(catalog, connector):
            return {}, f"its connector is stopped: {stopped}"
        return campaign_ids(self.client, connector, names, self._asking), ""

    def _asking(self, connector: Connector) -> Callable[[Call], Any]:
        sender = self.clients(connector)
        sender.ready()
        return permitted(self.client, connector, sender, self.minute)


def sending_actions() -> list[str]:
    """Name the actions that send the e-mails of campaigns."""
    return [name for kind in KINDS.values() for name, action in kind.actions.items() if action.sends_email]


def number_of(catalog: Catalog, connector: Connector, numbers: Sequence[str]) -> tuple[str, str]:
    """Return the number by which files call the account of a connector, and why that is in doubt.

    The number is "" if it cannot be told at all.
    """
    if configured := getattr(connector, "account_id", None):
        return (configured, "") if configured in numbers else ("", NO_FILES)
    if not numbers:
        return "", NO_FILES
    others = [one for one in catalog.connectors.values() if kind_of(one).campaign_ids]
    others = [one for one in others if one.account != connector.account]
    if len(numbers) == 1 and not others:
        return numbers[0], ""
    taken = {getattr(one, "account_id", None) for one in others}
    likely = numbers[0] if len(numbers) == 1 and numbers[0] not in taken else ""
    ask = f'say with account_id which of the accounts in event files is that of connector "{connector.name}"'
    return likely, f"{ask} ({', '.join(numbers)})"
