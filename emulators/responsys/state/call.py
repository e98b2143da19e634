"""One API call on its way through."""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from emulators.responsys.account.account import Account
from emulators.responsys.messages.behaviour import Behaviour
from emulators.responsys.state.ledger import Ledger, LedgerEntry
from emulators.responsys.state.outbox import SentMessage
from emulators.serving.messages import Request


@dataclass(slots=True)
class Call:
    """A request to one function of one account, with the parts of the emulator that functions use."""

    function: str
    request: Request
    path_names: tuple[str, ...]  # the {…} parts of the path, decoded
    account: Account
    clock: Callable[[], float]  # seconds since the epoch
    behaviour: Behaviour
    ledger: Ledger
    outbox: list[SentMessage]
    arrived: float  # seconds since the epoch; latency comes between this and the call's processing
    answer_fault: str | None = None  # the fault that will befall the answer

    def add_violation(self, reason: str) -> None:
        """Note a broken rule that the client should have known."""
        self.ledger.add_violation(self.clock(), self.account.name, self.function, reason)

    def note_open_defaults(self, rule: object) -> None:
        """Note the parts of a merge rule that are left to undocumented defaults."""
        for name in ("insertOnNoMatch", "updateOnMatch"):
            if getattr(rule, name) is None:
                self.add_violation(f"the merge leaves {name} open; its default is documented nowhere")

    def add_to_ledger(self, target: str, rows: int, riids: Iterable[int], rejected: dict[int, str]) -> None:
        """Enter the call into the ledger, now that it was processed."""
        self.ledger.add_entry(
            LedgerEntry(
                time=self.clock(),
                arrived=self.arrived,
                account=self.account.name,
                function=self.function,
                target=target,
                recipients=rows,
                answer_fault=self.answer_fault,
                body=self.request.body if self.behaviour.keep_bodies else b"",
                riids=array("q", riids),
                rejected=rejected,
            )
        )
