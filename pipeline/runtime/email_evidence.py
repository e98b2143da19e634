"""Looking unknown e-mails up, put together: accounts, campaigns, events, and the letters that they settle."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import redis
from sqlalchemy import ColumnElement, Engine
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import CallError, PipelineError
from pipeline.evidence.complete_files import account_numbers
from pipeline.evidence.email_pages import undecided_pages
from pipeline.evidence.look_up import AccountEmails, Findings, LookUp
from pipeline.evidence.settling import Settled, Settler
from pipeline.evidence.unknown_email import UnknownEmail, any_undecided
from pipeline.model.call import Call, Sender
from pipeline.model.connector import Connector
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import KINDS
from pipeline.records.mirror import why_stopped
from pipeline.runtime.account_number import number_of
from pipeline.runtime.campaign_ids import campaign_ids
from pipeline.runtime.permits import permitted
from pipeline.stores.tables import dead_letters

log = logging.getLogger(__name__)

GONE = "its connector is not there any more"
IN = dead_letters.c.connector

LookedUp = tuple[Sequence[UnknownEmail], Findings]  # a page


@dataclass(frozen=True)
class EmailEvidence:
    """Looks up all undecided e-mails, and settles those that are found. ``events`` opens the events store."""

    client: redis.Redis
    engine: Engine
    events: Callable[[], Engine]
    clients: Callable[[Connector], Sender]
    minute: float  # seconds that a minute of the limits has

    def run(self, catalog: Catalog) -> Settled:
        """Look up now; a page is settled before the next one is looked up."""
        settled = Settled()
        if any_undecided(self.engine):
            settler = Settler(self.engine, catalog.witnessed_audiences)
            for emails, findings in self._findings(catalog):
                settled.add(settler.settle(emails, findings))
        return settled

    def run_aside(self, catalog: Catalog) -> None:
        """Look up at the end of other work, which a failure does not spoil: the timer looks again."""
        try:
            self.run(catalog)
        except (SQLAlchemyError, redis.RedisError, PipelineError) as error:
            log.warning("e-mails not looked up", extra={"error": type(error).__name__})

    def _findings(self, catalog: Catalog) -> Iterator[LookedUp]:
        """Yield the findings of each page, account by account."""
        yield from self._without_outcome(IN.not_in([*catalog.connectors]), GONE)
        by_account: dict[str, list[Connector]] = defaultdict(list)
        for connector in catalog.connectors.values():
            by_account[connector.account].append(connector)
        for connectors in by_account.values():
            yield from self._of_account(catalog, connectors)

    def _of_account(self, catalog: Catalog, connectors: Sequence[Connector]) -> Iterator[LookedUp]:
        """Yield the findings of an account's pages.

        If its number is in doubt the files may be another account's; an event of its e-mails dispels that.
        """
        chosen = IN.in_([one.name for one in connectors])
        if next(undecided_pages(self.engine, chosen, 1), None) is None:
            return
        number, problem = number_of(catalog, connectors[0], account_numbers(self.events()))
        if problem and not number:
            yield from self._without_outcome(chosen, problem)
            return
        is_sure = not problem or any(
            findings.is_told for _, findings in self._looked_up(catalog, connectors, number)
        )
        for page, findings in self._looked_up(catalog, connectors, number):
            if not is_sure:
                findings.doubt(problem)
            yield page, findings

    def _without_outcome(self, chosen: ColumnElement[bool], reason: str) -> Iterator[LookedUp]:
        """Yield pages of e-mails that cannot be looked up."""
        for page in undecided_pages(self.engine, chosen):
            yield page, Findings(undecided={each.id: reason for each in page})

    def _looked_up(
        self, catalog: Catalog, connectors: Sequence[Connector], number: str
    ) -> Iterator[LookedUp]:
        """Yield the findings of an account's pages by the files of a number."""
        look_up = LookUp(self.engine, self.events(), catalog.imports, sending_actions())
        names, problem, files = [one.name for one in connectors], "", None
        for page in undecided_pages(self.engine, IN.in_(names)):
            ids: Mapping[str, str] = {}
            if not problem:
                ids, problem = self._ids_or_problem(catalog, connectors[0], page)
            kept = [each for each in page if each.campaign in ids]
            findings = Findings()
            if kept:
                files = files or look_up.files_of(number, page)
                findings = look_up.of_page(AccountEmails(number, names, ids, kept), files)
            for each in page:
                if each.campaign not in ids:
                    missing = f'the account has no e-mail campaign "{each.campaign}" (any more)'
                    findings.undecided[each.id] = problem or missing
            yield page, findings

    def _ids_or_problem(
        self, catalog: Catalog, connector: Connector, emails: Sequence[UnknownEmail]
    ) -> tuple[Mapping[str, str], str]:
        """Return the ids of campaigns by their names, or why they cannot be had."""
        try:
            return self._ids(catalog, connector, {each.campaign for each in emails})
        except CallError as error:
            return {}, f"the account could not be asked for its campaigns: {error.code}"

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
