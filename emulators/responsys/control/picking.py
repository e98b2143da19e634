"""Pick what the control API is asked about; what there is only one of need not be named."""

from collections.abc import Mapping

from emulators.responsys.account.account import Account, ProfileList
from emulators.responsys.state.emulator import Emulator


class Unclear(ValueError):
    """What was asked for is not there, or not said; the text names what there is."""


def pick_account(emulator: Emulator, name: str | None) -> Account:
    """Return the account that is named, or the only one."""
    return emulator.accounts[pick(emulator.accounts, name, "account")]


def pick_list(account: Account, name: str | None) -> ProfileList:
    """Return the list that is named, or the only one."""
    return account.lists[pick(account.lists, name, "list")]


def pick(things: Mapping[str, object], name: str | None, kind: str) -> str:
    """Return the name, or that of the only thing there is."""
    if name is None and len(things) == 1:
        return next(iter(things))
    if name is None or name not in things:
        raise Unclear(f"which {kind}? there are: {', '.join(things)}")
    return name
