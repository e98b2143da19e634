"""Find the fate of every activation at one destination."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tests.chaos.accounts import Way
from tests.chaos.calls import Call, calls_of, made, members, times_of
from tests.chaos.causes import UNEXPLAINED, UNKNOWN, Note, Repetition, causes_of, repetitions
from tests.processes.limited_account import Mark

ROWS = 200  # in a full call


@dataclass(frozen=True)
class Fates:
    """What became of the activations for one destination; ``stall``: seconds between two calls, at most."""

    destination: str
    sent: int
    delivered: int
    overtaken: int  # coalesced with a newer one of the same profile
    dead_letters: Mapping[str, int]
    also_delivered: int  # dead letters of unknown outcome that turn out to have been delivered
    twice: Mapping[str, int]  # rows that went out again, by cause
    unexplained: int  # those of them that must not have
    lost: Sequence[Mark]
    out_of_order: Sequence[str]
    wrongly_refused: Sequence[Mark]  # delivered, although their dead letters' codes say they were not
    missing_from_books: int
    calls: int
    fewest_calls: int
    stall: float = 0
    times: Sequence[float] = field(default=(), repr=False)  # of all processed calls
    repeated: Sequence[Repetition] = ()  # those that must not have been

    @property
    def sound(self) -> bool:
        """Whether every promise was kept."""
        wrong = self.lost or self.out_of_order or self.wrongly_refused
        return not (wrong or self.unexplained or self.missing_from_books)


def fates(way: Way, marks: Sequence[Mark], notes: Sequence[Note]) -> Fates:
    """Find the fates of these activations, in the order in which they were produced."""
    calls, refused, numbers = calls_of(way), way.limited_account.refused(), way.limited_account.numbers()
    arrived = Counter(mark for call in calls for mark in call.marks)
    own = [note for note in notes if note.account == way.limited_account.account]
    twice = causes_of(calls, own)
    rows = numbers.get("received", 0) - numbers.get("coalesced", 0)
    times = times_of(way)
    return Fates(
        destination=way.limited_account.name,
        sent=len(marks),
        delivered=len(arrived),
        overtaken=numbers.get("coalesced", 0),
        dead_letters=dict(Counter(refused.values())),
        also_delivered=sum(mark in arrived for mark in refused),
        twice=dict(twice),
        unexplained=twice[UNEXPLAINED] if way.resends else twice.total(),
        lost=lost_members(way, marks, refused) if way.state else lost(marks, arrived, refused),
        out_of_order=out_of_order(calls),
        wrongly_refused=[mark for mark, code in refused.items() if mark in arrived and code not in UNKNOWN],
        missing_from_books=way.limited_account.missing_from_books(),
        calls=made(way),
        fewest_calls=-(-rows // ROWS) * len(way.functions),
        stall=max((later - sooner for sooner, later in pairwise(times)), default=0),
        times=times,
        repeated=[one for one in repetitions(calls, own) if one.cause == UNEXPLAINED or not way.resends],
    )


def lost(marks: Sequence[Mark], arrived: Collection[Mark], refused: Collection[Mark]) -> list[Mark]:
    """Return what neither arrived nor became a dead letter."""
    return [mark for mark in marks if mark not in arrived and mark not in refused]


def lost_members(way: Way, marks: Sequence[Mark], refused: Collection[Mark]) -> list[Mark]:
    """Return the newest activations that the list and the table do not show in the end."""
    newest = dict(marks)
    shown = members(way)
    return [mark for mark in newest.items() if shown.get(mark[0]) != mark[1] and mark not in refused]


def out_of_order(calls: Sequence[Call]) -> list[str]:
    """Return the profiles of which an older activation arrived behind a newer one."""
    numbers = defaultdict(list)
    for call in calls:
        for profile, number in call.marks:
            numbers[profile].append(number)
    return [profile for profile, found in numbers.items() if found != sorted(found)]
