"""Accounts, lists and tables picked by name; the only one there is need not be named."""

from collections.abc import Mapping

from emulators.responsys.account.account import Account, ProfileList
from emulators.responsys.state.emulator import Emulator


class UnclearOrder(ValueError):
    """The name is missing or unknown; the text lists the names there are."""


def pick_account(emulator: Emulator, name: str | None) -> Account:
    """Return the account that is named, or the only one."""
    return emulator.accounts[pick(emulator.accounts, name, "account")]


def pick_list(account: Account, name: str | None) -> ProfileList:
    """Return the list that is named, or the only one."""
    return account.lists[pick(account.lists, name, "list")]


def pick(candidates: Mapping[str, object], name: str | None, kind: str) -> str:
    """Return the name, or the only one among the candidates."""
    if name is None and len(candidates) == 1:
        return next(iter(candidates))
    if name is None or name not in candidates:
        raise UnclearOrder(f"which {kind}? there are: {', '.join(candidates)}")
    return name
