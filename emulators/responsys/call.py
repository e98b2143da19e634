"""One API call on its way through."""

from dataclasses import dataclass

from emulators.responsys.account import Account
from emulators.responsys.emulator import Emulator
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
