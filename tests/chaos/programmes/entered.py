"""The account of a programme: how often each person entered, and the reason of each that did not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from pipeline.people.record_identity import sha256
from pipeline.stores.database import reading
from pipeline.stores.people_tables import handles
from pipeline.stores.stream_tables import entries, outgoing, records
from tests.chaos.programmes.configuration import ACCOUNT, EVENTS, LIST
from tests.processes.emulator import Emulator
from tests.processes.limited_account import LimitedAccount

EVENT = "triggerCustomEvent"
LISTED = ("left_out", "refused", "unknown")  # states with a reason


@dataclass(frozen=True)
class Entered:
    """Numbers of one rule and its programme."""

    rule: str
    people: int  # that had to enter
    events: int  # people for whom the event was triggered
    twice: Sequence[str]  # addresses of people for whom it was triggered again
    states: Mapping[str, int]  # of entries
    reasons: Mapping[str, int]  # of entries that were not sent, by verdict or check
    lost: int  # people without an entry
    wrongly_sent: int  # entries that are called sent, without an event
    wrongly_refused: int  # events of entries that are called refused or left out
    late: int  # entries that wait for their verdict
    missing_from_books: int

    @property
    def sound(self) -> bool:
        """Whether every promise was kept."""
        wrong = (self.lost, self.wrongly_sent, self.wrongly_refused, self.late, self.missing_from_books)
        return not (self.twice or any(wrong))


def entered(
    rule: str, addresses: Sequence[str], emulator: Emulator, events: Engine, account: LimitedAccount
) -> Entered:
    """Find out about the people with these addresses."""
    triggered, found = triggers(emulator, EVENTS[rule]), entries_of(events, rule, addresses)
    sent = {address for address, (state, _) in found.items() if state == "sent"}
    refused = {address for address, (state, _) in found.items() if state in ("refused", "left_out")}
    reasons = Counter(reason for state, reason in found.values() if state in LISTED)
    states = Counter(state for state, _ in found.values())
    return Entered(
        rule=rule,
        people=len(addresses),
        events=len(triggered),
        twice=[address for address, count in triggered.items() if count > 1],
        states=dict(states),
        reasons=dict(reasons),
        lost=len({*addresses} - found.keys()),
        wrongly_sent=len(sent - triggered.keys()),
        wrongly_refused=len(refused & triggered.keys()),
        late=sum(count for state, count in states.items() if state not in (*LISTED, "sent")),
        missing_from_books=account.missing_from_books(),
    )


def triggers(emulator: Emulator, event: str) -> Counter[str]:
    """Count the triggers of an event by address."""
    asked = {"account": ACCOUNT, "list": LIST, "limit": 10_000_000, "fs": "RIID_,EMAIL_ADDRESS_"}
    members = emulator.report("members", **asked)["members"]
    addresses = {int(member["RIID_"]): member["EMAIL_ADDRESS_"] for member in members}
    calls = [call for call in emulator.calls(ACCOUNT) if call["target"] == event]
    rows = [row for call in calls if call["function"] == EVENT for row in call["rows"]]
    return Counter(addresses[int(row["recipientId"])] for row in rows if not row["errorMessage"])


def entries_of(events: Engine, rule: str, addresses: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return state and reason of the entries of a rule, by address."""
    chosen = select(entries.c.person, entries.c.state, entries.c.verdict, entries.c.check)
    by_digest = {sha256(address): address for address in addresses}
    with reading(events) as connection:
        rows = connection.execute(chosen.where(entries.c.rule == rule)).all()
        known = select(handles.c.person, handles.c.value).where(handles.c.kind == "email")
        people = {person: by_digest.get(value, value) for person, value in connection.execute(known)}
    assert len(rows) == len({row.person for row in rows}), "a person has two entries of one rule"
    return {
        people.get(row.person, str(row.person)): (row.state, row.verdict or f"check {row.check}")
        for row in rows
    }


def left_over(events: Engine) -> int:
    """Count the activations of pages that were not appended."""
    with reading(events) as connection:
        return int(connection.scalar(select(func.count()).select_from(outgoing)) or 0)


def records_taken(events: Engine, source: str) -> int:
    """Count the records that a source has read."""
    with reading(events) as connection:
        own = select(func.count()).select_from(records).where(records.c.source == source)
        return int(connection.scalar(own) or 0)


def waiting_entries(events: Engine, people: int) -> int:
    """Count the people of both rules without an entry, and the entries without a verdict."""
    is_open = entries.c.state.in_(("entered", "put_off"))
    with reading(events) as connection:
        counted = select(func.count(), func.count().filter(is_open)).select_from(entries)
        known, still_open = connection.execute(counted).one()
    return 2 * people - int(known) + int(still_open)
