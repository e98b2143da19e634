"""Faults: rules that spoil some of the next operations.

====================  ==================================================================================
``cut``               the connection ends in the middle of a file, ``after`` bytes of it
``slow``              files arrive at ``rate`` bytes per second
``grow``              a file gets its last line once more while it is read
``shrink``            a file loses its second half when it is opened
``rename``            a file has another name by the time it is opened
``delete``            a file is gone by the time it is opened
``permission``        ``on`` (list, open, rename or remove) is refused
``fail``              ``on`` fails without a reason
``refuse``            the login is refused
====================  ==================================================================================
"""

from fnmatch import fnmatchcase
from typing import Literal

import msgspec

Kind = Literal["cut", "slow", "grow", "shrink", "rename", "delete", "permission", "fail", "refuse"]
Operation = Literal["list", "open", "read", "rename", "remove", "login"]
OPERATION_OF: dict[str, Operation] = {
    "cut": "read",
    "slow": "read",
    "grow": "read",
    "shrink": "open",
    "rename": "open",
    "delete": "open",
    "refuse": "login",
}


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """One rule; ``fired`` counts."""

    kind: Kind
    name: str = "*"  # pattern of the file's name
    on: Operation = "open"  # of ``permission`` and ``fail``
    times: int | None = 1  # None: always
    after: int = 65_536  # bytes, of ``cut``
    rate: int = 100_000  # bytes per second, of ``slow``
    fired: int = 0

    @property
    def operation(self) -> Operation:
        """The operation that the rule spoils."""
        return OPERATION_OF.get(self.kind, self.on)


class Faults:
    """The rules in force, in the order in which they were given."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def fire(self, operation: Operation, name: str, offset: int = 0) -> Fault | None:
        """Return the first rule that spoils this operation, and count it; None: nothing does."""
        for rule in self.rules:
            if self.applies(rule, operation, name, offset):
                rule.fired += 1
                return rule
        return None

    def applies(self, rule: Fault, operation: Operation, name: str, offset: int) -> bool:
        """Tell whether a rule spoils an operation."""
        used_up = rule.times is not None and rule.fired >= rule.times
        early = rule.kind == "cut" and offset < rule.after
        return rule.operation == operation and not used_up and not early and fnmatchcase(name, rule.name)
