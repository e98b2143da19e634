"""Action: how the rows of one destination become calls, and the answers verdicts."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.model.activation import Activation
from pipeline.model.call import Call, Verdict
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.model.email_call import EmailCall
from pipeline.model.mapping import RecordMapping

Verdicts = Sequence[Verdict]
Identifiers = Mapping[str, str]


@dataclass(frozen=True)
class Step:
    """One call of a batch; rows that are rejected or done take part in no later step.

    A set-up step names in ``sets_up`` the thing, such as a table, that it finds or makes. It rejects no row,
    is skipped where the account is known to have that thing, and is done by one worker at a time. If
    ``found`` is given the step only looks, and ``found`` tells from the answer whether the thing is there.
    ``settled_by`` are the error codes that mean success. ``setup_codes`` are codes of rejections
    that are not about the row but about a thing that the destination names, such as a list.

    ``verdicts`` reads one verdict per row, in their order, None meaning delivered; it raises OutcomeUnknown
    if the answer does not fit the rows. ``explain`` completes the detail of a row's rejection, as by the name
    of the column whose value it quotes; it is given the row and the detail.

    ``learn`` reads identifiers from the answer, by the position among the rows that the call had. They are
    laid over the rows' own in all later steps; the number and names of those steps must not depend on them.
    ``fresh_for``: if a later step begins this many seconds after the answer, this step is done again first,
    unless a step between them must not be repeated. ``needed`` tells whether any row wants the step; None:
    all do.
    """

    name: str  # named in verdicts: "merge", "fields"
    function: str  # the account's limits count its calls by this
    call: Callable[[Sequence[Activation]], Call]
    verdicts: Callable[[Sequence[Activation], Any], Verdicts]
    repeatable: bool = True  # after an unknown outcome the call may simply be sent again
    sets_up: str | None = None
    found: Callable[[Any], bool] | None = None
    settled_by: frozenset[str] = frozenset()
    setup_codes: frozenset[str] = frozenset()
    explain: Callable[[Activation, str], str] | None = None
    learn: Callable[[Sequence[Activation], Any], Mapping[int, Identifiers]] | None = None
    fresh_for: float | None = None  # seconds; None: for ever
    needed: Callable[[Sequence[Activation]], bool] | None = None


class Action(ABC):
    """One thing that a kind of connector can do, bound to one destination; no I/O, no clock, no settings.

    An object lives as long as its catalog and is shared by threads, so a constructor reads the options once.
    """

    name: str
    coalesces: bool  # True: a newer activation of a profile overlays one that waits. False: each is a row
    briefed: frozenset[str] = frozenset()  # identifiers that rows are told before their first call, if known
    witnessed: bool = False  # streams or rules are told its verdicts; set by the catalog
    irrevocable: bool = False  # its calls cannot be taken back, as that of an e-mail
    sends_email: bool = False  # of a campaign, of which event files tell
    ignores_leavers: bool = False  # rows of people who leave count as done, without any call
    leaves_out: bool = False  # rows may be sent without some of their values, which ``left_out`` counts
    functions: tuple[str, ...]  # all that its steps may use; a full call needs the first
    calls_per_batch: int = 1  # of its first function, at least

    def __init__(self, connector: Connector, destination: Destination) -> None:
        self.connector = connector
        self.destination = destination
        # Whether its batches are told, before their first call, the names known of their rows.
        self.wants_briefing = bool(self.briefed or destination.honour)
        # Whether all its rows have the same shape; whether they have recipients; whether a rejection may be
        # because another member has the address of a row.
        self.uniform = type(self).shape is Action.shape
        self.names_recipients = type(self).recipient is not Action.recipient
        self.contests_addresses = type(self).contested_address is not Action.contested_address

    def use_mappings(self, mappings: Mapping[str, RecordMapping]) -> None:
        """Read the mappings that say how variables are written; called once, before all else."""
        return

    @abstractmethod
    def problem(self, row: Activation) -> str | None:
        """Say why a row can never be sent, in words without personal data; None if it can.

        Asked of every row, so it must be cheap.
        """

    def problems(self, rows: Sequence[Activation]) -> dict[int, str]:
        """Return the problems of rows, by their positions."""
        problems = enumerate(map(self.problem, rows))
        return {position: problem for position, problem in problems if problem is not None}

    def recipient(self, row: Activation) -> str | None:
        """Return a hash of the recipient that the call names for a row without a problem; None for none.

        Rows of one recipient never share a call, are never in flight together and go in order, as the rows
        of one profile do. Asked of every row, so it must be cheap.
        """
        return None

    def email_of(self, row: Activation) -> EmailCall | None:
        """Return the e-mail that a row stands for; None: event files tell nothing of it."""
        return None

    def contested_address(self, row: Activation, code: str) -> str | None:
        """Return the address that a row gave its person, if another member may have it; None: it gave none.

        ``code``: that of the row's rejection.
        """
        return None

    def shape(self, row: Activation) -> str:
        """Name all that must be equal within one call, such as the columns; a batch has rows of one shape."""
        return ""

    def attributes(self) -> frozenset[str] | None:
        """Name the identifiers and variables that are exported; None: all that an activation has.

        A snapshot sends, compares and keeps these alone.
        """
        return None

    def left_out(self, rows: Iterable[Activation]) -> Mapping[str, int]:
        """Count the values that rows are sent without, by column: those that are none of its type.

        Asked only of actions with ``leaves_out``.
        """
        return {}

    def needs(self) -> tuple[object, ...]:
        """Return the things that must be in the account, for ``activation check`` alone."""
        return ()

    def most_rows(self, rows: Sequence[Activation]) -> int | None:
        """Return how many rows of this shape one call may hold; None: as many as the destination says."""
        return None

    @abstractmethod
    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        """Return the steps, in order, for rows of one shape that have no problem."""


class UnusableAction(Action):
    """Stands in for an action if the destination's record lacks options: every row has that problem."""

    def __init__(self, connector: Connector, destination: Destination, action: type[Action]) -> None:
        super().__init__(connector, destination)
        self.name, self.coalesces, self.functions = action.name, action.coalesces, action.functions

    def problem(self, row: Activation) -> str:
        """Return the problem of the destination."""
        return self.destination.problem

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        """Return none."""
        return ()
