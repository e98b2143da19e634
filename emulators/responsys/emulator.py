"""The emulator's whole state."""

import time
from copy import copy

from emulators.responsys.account import Account
from emulators.responsys.auth import Tokens
from emulators.responsys.behaviour import Behaviour
from emulators.responsys.faults import Faults
from emulators.responsys.functions import DEFAULT_LIMITS
from emulators.responsys.jobs import Jobs
from emulators.responsys.ledger import Ledger
from emulators.responsys.outbox import Message
from emulators.responsys.seed import AccountSeed, Seed


class Emulator:
    """Accounts side by side, and what is remembered of the calls to them."""

    def __init__(self, seed: Seed, behaviour: Behaviour, random_seed: int = 0) -> None:
        self.seed = seed
        self.first_behaviour = behaviour
        self.random_seed = random_seed
        self.clock = time.time
        self.reset()

    def reset(self) -> None:
        """Become as new: accounts as seeded, nobody logged in, no faults, nothing remembered."""
        self.behaviour = copy(self.first_behaviour)
        self.accounts: dict[str, Account] = {}
        for account in self.seed.accounts:
            self.open_account(account)
        self.tokens = Tokens()
        self.faults = Faults(self.random_seed)
        self.ledger = Ledger()
        self.outbox: list[Message] = []
        self.jobs = Jobs()

    def forget(self) -> None:
        """Forget the calls, but keep accounts, tokens and faults."""
        self.ledger = Ledger()
        self.outbox = []
        for account in self.accounts.values():
            account.limits.forget()

    def open_account(self, seed: AccountSeed) -> Account:
        """Create an account, or replace the one of that name."""
        self.accounts[seed.name] = Account(seed, DEFAULT_LIMITS)
        return self.accounts[seed.name]

    def account_of(self, user: str) -> Account | None:
        """Return the account that ``user`` belongs to."""
        return next((account for account in self.accounts.values() if user in account.users), None)
