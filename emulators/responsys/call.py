"""One API call on its way through."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from emulators.responsys.account import Account
from emulators.responsys.emulator import Emulator
from emulators.responsys.ledger import Entry
from emulators.responsys.messages import Request


@dataclass(slots=True)
class Call:
    """Who calls which function with what; ``lost`` names the fault that will befall the answer."""

    emulator: Emulator
    function: str
    request: Request
    names: tuple[str, ...]  # the {…} parts of the path, decoded
    account: Account
    lost: str | None = None

    def violation(self, reason: str) -> None:
        """Note that the client should have known better."""
        emulator = self.emulator
        emulator.ledger.violation(emulator.clock(), self.account.name, self.function, reason)

    def complain_of_open(self, rule: object) -> None:
        """Note what a merge leaves to defaults that no page tells."""
        for name in ("insertOnNoMatch", "updateOnMatch"):
            if getattr(rule, name) is None:
                self.violation(f"the merge leaves {name} open; its default is documented nowhere")

    def record(self, target: str, rows: int, riids: Iterable[int], rejected: dict[int, str]) -> None:
        """Enter the call into the ledger, now that it was processed."""
        emulator = self.emulator
        emulator.ledger.record(
            Entry(
                time=emulator.clock(),
                account=self.account.name,
                function=self.function,
                target=target,
                recipients=rows,
                lost=self.lost,
                body=self.request.body if emulator.behaviour.keep_bodies else b"",
                riids=array("q", riids),
                rejected=rejected,
            )
        )
