"""Looking e-mails up: the outcome that events prove of each, or in words why there is none yet.

Nothing is written here. The e-mails of an account are looked up page by page, by a few statements for each.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from pipeline.evidence.complete_files import AccountFiles, read_account_files
from pipeline.evidence.email_event import BOUNCE, SENT, EmailEvent, one_of_each_email
from pipeline.evidence.email_pages import other_emails
from pipeline.evidence.event_search import find_events
from pipeline.evidence.known_emails import KnownEmails, Recipient, known_emails
from pipeline.evidence.matching import CLOCK_SKEW, match
from pipeline.evidence.recipients import Recipients, find_recipients
from pipeline.evidence.unknown_email import UnknownEmail, events_in_use
from pipeline.model.event_import import EventImport
from pipeline.stores.database import reading

NOT_SENT = "not sent: safe to replay"
UNRECORDED = "outcomes of other e-mails of that time are not kept, so no event can be told to be this one's"
SKEW = timedelta(seconds=CLOCK_SKEW)
MARGIN = timedelta(hours=1)  # before the first call: other e-mails since then may own its event
BOUNCES_AFTER = timedelta(days=5)  # of its e-mail a bounce comes at the latest, as a rule


@dataclass
class Findings:
    """Findings of a look-up, by the ids of letters."""

    resolved: dict[str, EmailEvent] = field(default_factory=dict)
    not_sent: set[str] = field(default_factory=set)
    undecided: dict[str, str] = field(default_factory=dict)  # the reason in words
    is_told: bool = False  # an event is one of these e-mails, or of a known one to the same people

    def doubt(self, reason: str) -> None:
        """Prove nothing by events that are missing."""
        self.undecided |= dict.fromkeys(self.not_sent, reason)
        self.not_sent.clear()


@dataclass(frozen=True)
class AccountEmails:
    """A page of undecided e-mails of one account; ``number`` is the account's in the names of files."""

    number: str
    connectors: Sequence[str]  # all of the account
    campaigns: Mapping[str, str]  # id by name, of those that the account has
    emails: Sequence[UnknownEmail]  # all of these campaigns


@dataclass(frozen=True)
class Period:
    """The time of all calls that may own an event of a page, and the longest time in which one is told of."""

    since: datetime
    until: datetime
    window: timedelta

    @classmethod
    def of(cls, emails: Sequence[UnknownEmail]) -> "Period":
        """Return the period of some e-mails."""
        window = max(each.until - each.began_at for each in emails)
        since = min(each.began_at for each in emails) - window - MARGIN
        return cls(since, max(each.until for each in emails), window)


@dataclass(frozen=True)
class LookUp:
    """Looks into both stores."""

    engine: Engine
    events: Engine
    imports: Mapping[str, EventImport]
    actions: Sequence[str]  # that send the e-mails of campaigns

    def files_of(self, number: str, emails: Sequence[UnknownEmail]) -> AccountFiles:
        """Return the files of an account; ``emails``: the oldest ones that are looked up."""
        first_end = min(each.until for each in emails)
        return read_account_files(self.engine, self.events, number, self.imports, first_end)

    def of_page(self, account: AccountEmails, files: AccountFiles) -> Findings:
        """Look the e-mails of a page up; earlier pages are settled."""
        findings, period = Findings(), Period.of(account.emails)
        places = (account.connectors, period.since, period.until)
        others = other_emails(self.engine, account.emails, *places)
        known = self._known(account, period)
        found = self._events(account, period.since - SKEW, period.until)
        asked = {each.id for each in account.emails}
        for recipient, emails in grouped([*account.emails, *others]).items():
            calls = sorted(
                [*known.sendings.get(recipient, ()), *(each.sending for each in emails)],
                key=lambda call: (call.began, call.letter or ""),
            )
            matched = match(calls, found.get(recipient, ()))
            findings.is_told = findings.is_told or bool(matched)
            pairs = {call.letter: event for call, event in matched.items() if call.letter}
            for each in emails:
                if each.id in asked:
                    judge(findings, each, pairs.get(each.id), known, files)
        return findings

    def _known(self, account: AccountEmails, period: Period) -> KnownEmails:
        recipients = {(each.campaign, each.address) for each in account.emails}
        places = (account.connectors, self.actions, recipients)
        return known_emails(self.engine, *places, period.since, period.until, period.window)

    def _events(
        self, account: AccountEmails, since: datetime, until: datetime
    ) -> dict[Recipient, list[EmailEvent]]:
        """Return the events of e-mails by campaign and address, one for each e-mail, by time."""
        ids, names = set(account.campaigns.values()), {v: k for k, v in account.campaigns.items()}
        first, last = since.timestamp(), until.timestamp()
        with reading(self.events) as connection:
            recipients = find_recipients(connection, account.number, {e.address for e in account.emails})
            found = find_events(connection, account.number, recipients, ids, first, last)
            bounced = {event.recipient for event in found if event.feed == BOUNCE}
            if bounced:
                some = only(recipients, bounced)
                before = (since - BOUNCES_AFTER).timestamp()
                found[:0] = find_events(connection, account.number, some, ids, before, first - 1, (SENT,))
        used = events_in_use(self.engine, [event.key for event in found])
        groups: dict[Recipient, list[EmailEvent]] = defaultdict(list)
        for event in found:
            groups[names[event.campaign], event.recipient].append(event)
        return {
            who: [event for event in one_of_each_email(events, first) if event.key not in used]
            for who, events in groups.items()
        }


def judge(
    findings: Findings,
    email: UnknownEmail,
    event: EmailEvent | None,
    known: KnownEmails,
    files: AccountFiles,
) -> None:
    """Note the outcome of one e-mail, or why there is none."""
    if any(email.began_at - SKEW <= at <= email.until for at in known.unrecorded):
        findings.undecided[email.id] = UNRECORDED
    elif event is not None:
        findings.resolved[email.id] = event
    elif lack := files.lack(email.began_at, email.until):
        end = f"its time ends at {email.until:%Y-%m-%d %H:%M:%S} UTC"
        findings.undecided[email.id] = f"no event tells of it yet; {end}, and {lack}"
    else:
        findings.not_sent.add(email.id)


def grouped(emails: Iterable[UnknownEmail]) -> dict[Recipient, list[UnknownEmail]]:
    """Group e-mails by campaign and address."""
    groups: dict[Recipient, list[UnknownEmail]] = defaultdict(list)
    for each in emails:
        groups[each.campaign, each.address].append(each)
    return groups


def only(recipients: Recipients, addresses: set[str]) -> Recipients:
    """Return the recipients with some addresses."""
    return Recipients(
        {handle: address for handle, address in recipients.by_address.items() if address in addresses},
        {handle: address for handle, address in recipients.by_riid.items() if address in addresses},
    )
