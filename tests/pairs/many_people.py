"""``python -m tests.pairs.many_people``: linked people, edited at random while answers are lost; the books.

Both emulators, a real Redis and a worker in this process. The exit code is 1 if the sides are not equal at
rest, an edit of one side was undone, or there were more writes than edits, conflicts and repairs, or calls.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, select

from pipeline.pairs.field_state import RESPONSYS, SALESFORCE, SIDES
from pipeline.stores.pair_tables import pair_events
from pipeline.streams.stream_state import read_state
from tests.pairs.linked_systems import LinkedSystems, linked_systems

FIRST_RIID = 300_000_000
AT_ONCE = 5_000  # people loaded by an order, or read for the books
ROWS = 200  # of a call
SETTLE = 3.0  # seconds
OWNERS = 'title = "ask", phone = "responsys" }'
OWNED = 'title = "salesforce", phone = "responsys" }, settle = "3s"'
LIST = 'profile_list = "CONTACTS_LIST"'
CALLS = ("retrieveListMembers", "mergeListMembers")
UNLIMITED = f"{LIST}\nlimits = {{ {', '.join(f'{name} = 1000000' for name in CALLS)} }}"
COLUMN = {"title": "TITLE", "phone": "PHONE"}
FIELD = {"title": "Title", "phone": "Phone"}
STEPS = {SALESFORCE: 2, RESPONSYS: 1}  # calls of a batch; in Responsys one has rows of the same columns
MORE = 1.05  # calls for each of the fewest
READ_IN_TURN = ("contacts", "members")
LEDGER = {SALESFORCE: "composite", RESPONSYS: "mergeListMembers"}


@dataclass
class Books:
    """Edits that were made, and the fewest calls that could have carried what followed."""

    edits: int = 0
    last: dict[tuple[int, str], Any] = field(default_factory=dict)  # by person and field
    edited: defaultdict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))  # sides
    least: Counter[str] = field(default_factory=Counter)  # calls by side
    seen: int = 0  # the last event of pairs that was looked at


class ManyPeople:
    """People whose fields are edited at random on both sides."""

    def __init__(self, systems: LinkedSystems, people: int, random: Random) -> None:
        self.systems, self.people, self.random = systems, people, random
        self.books = Books()
        self.contacts: list[str] = []

    def link(self) -> None:
        """Load contacts and members of the same values, read both, and come to rest."""
        self.systems.responsys.order("limits", {"limits": dict.fromkeys(CALLS)})
        for first in range(0, self.people, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, self.people))
            self.contacts += self.systems.org.load("Contact", *map(contact, numbers))
            self.systems.responsys.order("members", {"members": [*map(member, numbers)]})
        self.systems.settle()
        self.books.seen = self.last_event()
        for emulator in (self.systems.org, self.systems.responsys):
            emulator.order("reset", {"calls_only": True})

    def lose(self, share: float) -> None:
        """Let a share of the answers to writes be lost."""
        for emulator, side in ((self.systems.org, SALESFORCE), (self.systems.responsys, RESPONSYS)):
            rule = {"kind": "close", "when": "after", "function": LEDGER[side], "probability": share}
            emulator.order("faults", [rule] if share else [])

    def edit(self, amount: int) -> None:
        """Edit fields of people who are chosen at random, each on one side."""
        for _ in range(amount):
            person, name, side = (
                self.random.randrange(self.people), self.random.choice([*COLUMN]), self.random.choice(SIDES),
            )  # fmt: skip
            value = self.value(name)
            self.books.edits += 1
            self.books.last[person, name] = value
            self.books.edited[person, name].add(side)
            if side == SALESFORCE:
                self.systems.edit(self.contacts[person], **{FIELD[name]: value})
            else:
                self.systems.edit_member(FIRST_RIID + person, **{COLUMN[name]: value})

    def value(self, name: str) -> str:
        """Return a value that nobody has."""
        number = self.random.randrange(10**8)
        return f"Title {number}" if name == "title" else f"+331{number:08d}"

    def deliver(self) -> int:
        """Deliver what waits; count the fewest calls for it."""
        shapes: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        with self.systems.worker.events.connect() as connection:
            query = select(pair_events.c.id, pair_events.c.side, pair_events.c.person, pair_events.c.field)
            own = (pair_events.c.event == "write") & (pair_events.c.id > self.books.seen)
            for _, side, person, name in connection.execute(query.where(own)):
                shapes[side, person].add(name)
        self.books.seen = self.last_event()
        rows = Counter(
            (side, *(sorted(names) if side == RESPONSYS else ())) for (side, _), names in shapes.items()
        )
        for (side, *_), amount in rows.items():
            self.books.least[side] += STEPS[side] * -(-amount // ROWS)
        return self.systems.deliver()

    def last_event(self) -> int:
        """Return the number of the last event of pairs."""
        with self.systems.worker.events.connect() as connection:
            return int(connection.scalar(select(func.max(pair_events.c.id))) or 0)

    def rest(self) -> int:
        """Read and deliver until two rounds ``settle`` apart write nothing; count the readings.

        A reading of members that the limit of calls stops is no round: an edit may be among the rest.
        """
        quiet = rounds = 0
        while quiet < 2:
            before = self.round_ended()
            self.systems.read()
            if self.deliver():
                quiet = 0
            elif self.round_ended() != before:
                quiet += 1
            rounds += 1
            time.sleep(SETTLE)
        return rounds

    def round_ended(self) -> datetime | None:
        """Return when a round of members last came to its end."""
        state = read_state(self.systems.worker.events, "members")
        return state.full_at if state else None

    def words(self) -> Counter[str]:
        """Count the events of pairs."""
        with self.systems.worker.events.connect() as connection:
            counted = select(pair_events.c.event, func.count()).group_by(pair_events.c.event)
            return Counter({str(event): amount for event, amount in connection.execute(counted)})

    def held(self) -> dict[tuple[int, str], tuple[Any, Any]]:
        """Return what both sides hold of each field."""
        told = self.systems.org.ask("records?object=Contact")["records"]
        contacts = {record["Responsys_RIID__c"]: record for record in told}
        found = {}
        for first in range(0, self.people, AT_ONCE):  # the emulator passes over all members before a page
            path = f"members?offset={first}&limit={AT_ONCE}&fs=RIID_,TITLE,PHONE"
            for row in self.systems.responsys.ask(path)["members"]:
                number = int(row["RIID_"]) - FIRST_RIID
                record = contacts[str(row["RIID_"])]
                for name, column in COLUMN.items():
                    found[number, name] = record[FIELD[name]], row[column]
        return found

    def calls(self, side: str) -> tuple[int, int]:
        """Return the writing calls of a side, and those whose answers were lost."""
        emulator = self.systems.org if side == SALESFORCE else self.systems.responsys
        counts = [one for one in emulator.ask("summary")["calls"] if one["function"] == LEDGER[side]]
        [rule] = emulator.ask("faults") or [{"fired": 0}]
        return sum(one["calls"] for one in counts), rule["fired"]


def contact(number: int) -> dict[str, Any]:
    """Return a contact."""
    own = {"Email": f"p{number}@example.com", "LastName": f"P{number}", "Title": f"Title of {number}"}
    return {**own, "Phone": f"+332{number:08d}", "Responsys_RIID__c": str(FIRST_RIID + number)}


def member(number: int) -> dict[str, Any]:
    """Return the member of the same person."""
    fields = {"TITLE": f"Title of {number}", "PHONE": f"+332{number:08d}"}
    return {"riid": FIRST_RIID + number, "email": f"p{number}@example.com", "fields": fields}


def judge(many: ManyPeople) -> list[tuple[str, Any, bool]]:
    """Return the lines of the books, each with whether it is as it must be."""
    books, words, held = many.books, many.words(), many.held()
    writes, bound = words["write"], books.edits + words["both"] + words["repair"] + words["resent"]
    alone = {key: books.last[key] for key, sides in books.edited.items() if len(sides) == 1}
    apart = [key for key, (ours, theirs) in held.items() if ours != theirs]
    undone = [key for key, value in alone.items() if held[key] != (value, value)]
    lines = [
        ("people", many.people, len(held) == 2 * many.people),
        ("edits", books.edits, True),
        ("writes", writes, True),
        ("edits + conflicts + repairs", bound, writes <= bound),
        ("conflicts, repairs", (words["both"], words["repair"] + words["resent"]), True),
        ("fields that differ at rest", len(apart), not apart),
        ("edits of one side undone", len(undone), not undone),
    ]
    for side in SIDES:
        calls, lost = many.calls(side)
        title = f"calls to {side}, of these answers lost, fewest"
        lines.append((title, (calls, lost, books.least[side]), calls - lost <= MORE * books.least[side]))
    return lines


def by_rounds(rounds: int) -> Iterator[float]:
    """Yield the share of the edits that is made by each reading of a side."""
    return (turn / rounds / 2 for turn in range(1, 2 * rounds + 1))


def by_the_clock(minutes: float) -> Iterator[float]:
    """Yield the share of the edits that is due by now, until both sides are read with the whole."""
    began, share = time.monotonic(), 0.0
    while share < 1:
        share = min(1.0, (time.monotonic() - began) / 60 / minutes)
        yield share
    yield share


def main() -> None:
    """Edit, and print the books."""
    parser = argparse.ArgumentParser(prog="python -m tests.pairs.many_people", description=__doc__)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--edited", type=float, default=0.02, help="share of the people that is edited")
    parser.add_argument("--rounds", type=int, default=5, help="readings of both sides meanwhile")
    parser.add_argument(
        "--minutes",
        type=float,
        help="edit at an even pace for so long, with as many readings as come to pass",
    )
    parser.add_argument(
        "--lost", type=float, default=0.1, help="share of the answers to writes that are lost"
    )
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="many-people-") as folder,
        linked_systems(Path(folder), (OWNERS, OWNED), (LIST, UNLIMITED)) as systems,
    ):
        many = ManyPeople(systems, chosen.people, Random(chosen.seed))
        many.link()
        many.lose(chosen.lost)
        began = time.process_time()
        edits = round(chosen.people * chosen.edited)
        shares = by_the_clock(chosen.minutes) if chosen.minutes else by_rounds(chosen.rounds)
        for share, source in zip(shares, cycle(READ_IN_TURN), strict=False):
            many.edit(round(edits * share) - many.books.edits)
            systems.read(source)
            if source == READ_IN_TURN[-1]:
                many.deliver()
        rounds = many.rest()
        lines = judge(many)
    for title, value, is_right in lines:
        sys.stdout.write(f"{title:>50}  {value!s:<24}{'' if is_right else 'WRONG'}\n")
    sys.stdout.write(f"{rounds} rounds to rest, {time.process_time() - began:.0f} s of CPU\n")
    sys.exit(not all(is_right for *_, is_right in lines))


if __name__ == "__main__":
    main()
