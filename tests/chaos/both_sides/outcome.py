"""The outcome of a run, and the promises that were not kept."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from sqlalchemy import select

from pipeline.consents.statement import OUT
from pipeline.operate.pairs import PairLook, find_pair
from pipeline.stores.consent_tables import consent_tells
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters
from pipeline.stores.pair_tables import pair_fields
from pipeline.stores.people_tables import conflicts
from tests.chaos.both_sides.judge import Sending
from tests.chaos.both_sides.systems import Systems
from tests.chaos.report import counts, show_promises

KEPT = "Nobody who is out was written to, nobody became in, both sides are equal."
HELD = ("asked", "frozen")  # fields of pairs that a person is asked about


@dataclass
class WishesOutcome:
    """One run."""

    seed: int
    acts: Mapping[str, int]
    statements: int
    out: int  # addresses at the end
    sending: Sending
    became_in: Sequence[str]
    left: Sequence[str]  # differences at rest: parity, both sides, what is under way or was never heard
    tellings: Mapping[str, Sequence[float]]  # seconds from a statement to the answer, by destination
    listed: Mapping[str, int]
    letters: Mapping[str, int]
    storms: Mapping[str, int]
    died: Sequence[str]
    violations: Sequence[str]
    problems: Sequence[str]  # of the actors: what no store or system that is away explains
    seconds: int = 0

    @property
    def broken(self) -> list[str]:
        """Name the promises that were not kept."""
        return list(self._broken())

    def _broken(self) -> Iterator[str]:
        if self.sending.wrong:
            longest = max(self.sending.wrong)
            yield f"{len(self.sending.wrong)} rows to people who were out: {longest:.1f} s after"
        if self.became_in:
            yield f"{len(self.became_in)} addresses became in by themselves"
        yield from (f"at rest: {one}" for one in self.left[:10])
        if self.listed["unlisted"]:
            yield f"{self.listed['unlisted']} freezes or questions are not listed"
        yield from (f"a worker died by itself: {one}" for one in self.died)
        yield from (f"an actor failed: {one}" for one in self.problems)
        yield from (f"asked what nobody should ask: {one}" for one in self.violations)

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self) | {"broken": self.broken}


def show(outcome: WishesOutcome, console: Console) -> None:
    """Print everything."""
    late = outcome.sending.late
    told = {name: in_figures(values) for name, values in outcome.tellings.items()}
    for name, value in (
        ("seed, seconds", f"{outcome.seed}, {outcome.seconds:,}"),
        ("storms", counts(outcome.storms)),
        ("acts", counts(outcome.acts)),
        ("statements, addresses out at the end", f"{outcome.statements:,}, {outcome.out:,}"),
        ("rows of events and e-mails sent", f"{outcome.sending.rows:,}"),
        (
            "of them to people who were out",
            f"{len(late)}, at most {max(late, default=0):.1f} s after",
        ),
        ("became in by themselves", str(len(outcome.became_in))),
        ("differences at rest", str(len(outcome.left))),
        ("opt-outs told: median, 99 %, longest", "; ".join(f"{n} {v}" for n, v in told.items())),
        ("questions", counts(outcome.listed)),
        ("dead letters", counts(outcome.letters)),
    ):
        console.print(f"{name:38} {value}", highlight=False, soft_wrap=True)
    show_promises(outcome.broken, KEPT, console)


def in_figures(values: Sequence[float]) -> str:
    """Write median, 99 % and longest of some seconds."""
    if len(values) < 2:
        return "none"
    return f"{median(values):.1f} / {quantiles(values, n=100)[98]:.1f} / {max(values):.1f} s of {len(values)}"


def tellings(systems: Systems) -> dict[str, list[float]]:
    """Return the seconds until destinations had answered that they were told of opting out."""
    row = consent_tells.c
    query = select(row.destination, row.sent_at, row.settled_at).where(row.settled_at.is_not(None))
    found: dict[str, list[float]] = {}
    with reading(systems.stores.events) as connection:
        for one in connection.execute(query.where(row.status == OUT).order_by(row.destination)):
            found.setdefault(one.destination, []).append((one.settled_at - one.sent_at) / 1000)
    return found


def listed(systems: Systems) -> dict[str, int]:
    """Count freezes, questions and open conflicts, and those of the fields that no list shows."""
    with reading(systems.stores.events) as connection:
        row = pair_fields.c
        rows = connection.execute(select(row.person, row.field, row.held).where(row.held.in_(HELD))).all()
        open_ones = connection.execute(select(conflicts.c.kind, conflicts.c.whose, conflicts.c["values"])
                                       .where(conflicts.c.settled.is_(None))).all()  # fmt: skip
    shown = {
        (one.person, one.field)
        for one in PairLook(systems.stores, find_pair(systems.stores.records.load(), "person")).differences()
    }
    asked = {one.whose for one in open_ones if one.kind == "pair"}
    unlisted = [one for one in rows if (one.person, one.field) not in shown or one.person not in asked]
    return {
        **Counter(f"fields {one.held}" for one in rows),
        **Counter(f"open conflicts of kind {one.kind}" for one in open_ones),
        "unlisted": len(unlisted),
    }


def letters_of(systems: Systems) -> dict[str, int]:
    """Count dead letters by destination and code."""
    with reading(systems.environment.engine) as connection:
        rows = connection.execute(select(dead_letters.c.destination, dead_letters.c.code)).all()
    return dict(sorted(Counter(f"{one.destination} {one.code}" for one in rows).items()))
