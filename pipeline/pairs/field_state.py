"""Field states: the values of one variable of one person on both sides of a pair, read and written.

Moments are milliseconds since the epoch. Values are scalars of JSON, in the form that variables have.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

SideName = Literal["salesforce", "responsys"]

SALESFORCE: SideName = "salesforce"
RESPONSYS: SideName = "responsys"
SIDES: tuple[SideName, SideName] = (SALESFORCE, RESPONSYS)
OTHER: dict[SideName, SideName] = {SALESFORCE: RESPONSYS, RESPONSYS: SALESFORCE}

SKIPPED = object()  # in the place of a value that a side is not written: a null that its variable skips
DAY = 24 * 60 * 60 * 1000  # ms
SETTLE = 15 * 60 * 1000  # ms
UNDONE_MOST = 3  # times in a day that both sides put replaced values back, or that writes are repaired
TURNS_MOST = 24  # times in a day that the other side answers a write

ASKED, FROZEN, FIRST, WATCHED = "asked", "frozen", "first", "watched"  # reasons why a field is held


class OpenWrite(NamedTuple):
    """A write without a verdict yet; numbers of one person and side ascend."""

    number: int
    value: Any


class Answer(NamedTuple):
    """An answer of a side to a write.

    ``kind``: "edit"; "back" if it put the replaced value back; "repair" if it holds an earlier write.
    """

    at: int
    side: str
    kind: str


@dataclass(frozen=True, slots=True)
class SideState:
    """One side.

    ``here``: the value that the side will hold after all decided writes. ``seen``: the value last read.
    ``back``: the value before the oldest open write.
    """

    here: Any = None
    seen: Any = None
    back: Any = None
    sent: tuple[Any, ...] = ()  # written, and not settled
    replaced: tuple[Any, ...] = ()  # values that ``sent`` replaced
    open: tuple[OpenWrite, ...] = ()
    settles: int = 0  # until when a repeated call may still arrive
    stamp: int = 0
    refused: str = ""  # code of the last write's refusal
    waits: bool = False  # ``seen`` was read after a write, and is looked at again
    arrived: bool = False  # the value of the last write was read

    def is_settling(self, now: int) -> bool:
        """Tell whether a write may still change the side."""
        return bool(self.open) or now < self.settles

    @property
    def is_quiet(self) -> bool:
        """Whether the side holds the value that was read, and no write is open, unsettled or refused."""
        return self.seen == self.here and not (self.sent or self.replaced or self.open or self.refused)


@dataclass(frozen=True, slots=True)
class FieldState:
    """Both sides of a field; ``held``: why nothing is written, "" if nothing stands in the way."""

    salesforce: SideState
    responsys: SideState
    held: str = ""
    answers: tuple[Answer, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether a side refused the last write."""
        return bool(self.salesforce.refused or self.responsys.refused)

    def side(self, name: SideName) -> SideState:
        """Return one side."""
        return self.salesforce if name == SALESFORCE else self.responsys

    def without_question(self) -> "FieldState":
        """Return the state after a person has decided."""
        return replace(self, held="", answers=())

    def put(self, name: SideName, side: SideState) -> "FieldState":
        """Return the state with another side."""
        return replace(self, salesforce=side) if name == SALESFORCE else replace(self, responsys=side)


def state_as_read(side: SideName, value: Any, other: Any, held: str = "") -> FieldState:
    """Return the state of a field that nothing was written to; ``other``: the other side's value."""
    state = FieldState(SideState(other, other, other), SideState(other, other, other), held)
    return state.put(side, SideState(value, value, value))


@dataclass(frozen=True)
class PairTerms:
    """The agreement about a field.

    ``stored`` returns the value that a side holds once another value was written to it, SKIPPED if that
    value is not written. ``unwritten``: sides that nothing is written to. ``obeys``: the rules that are
    obeyed; tests leave one out.
    """

    owner: str = "ask"  # or a side
    settle: int = SETTLE  # ms; longer than a write may take
    stored: Callable[[SideName, Any], Any] = lambda _side, value: value
    unwritten: frozenset[SideName] = frozenset()
    obeys: frozenset[int] = frozenset((1, 2, 3, 4))

    def are_equal(self, salesforce: Any, responsys: Any) -> bool:
        """Tell whether one side's value is the other's, as it is or as that side stores it."""
        return bool(
            salesforce == responsys
            or self.stored(RESPONSYS, salesforce) == responsys
            or self.stored(SALESFORCE, responsys) == salesforce
        )


@dataclass(frozen=True)
class SideReading:
    """A value read of one side at a moment.

    ``stamp``: of the outside system, in ms. ``number``: the one of writes that follow. ``changed``: the
    record differs from its last reading, in this field or another.
    """

    value: Any
    stamp: int
    at: int
    number: int = 0
    changed: bool = True


class SideWrite(NamedTuple):
    """A value for one side."""

    side: SideName
    value: Any
    number: int


@dataclass(frozen=True)
class FieldDecision:
    """The state and writes after a reading, a verdict or an answer; ``word`` names the rule."""

    state: FieldState
    word: str
    writes: tuple[SideWrite, ...] = field(default=())
