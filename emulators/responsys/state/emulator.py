"""The whole state of an emulator."""

import time
from copy import copy

from emulators.responsys.account.account import Account
from emulators.responsys.account.seed import AccountSeed, Seed
from emulators.responsys.messages.behaviour import Behaviour
from emulators.responsys.state.call import Call
from emulators.responsys.state.functions import DEFAULT_LIMITS
from emulators.responsys.state.jobs import Jobs
from emulators.responsys.state.ledger import Ledger
from emulators.responsys.state.outbox import SentMessage
from emulators.responsys.state.tokens import Tokens
from emulators.responsys.state.webhooks import Webhooks
from emulators.serving.faults import Faults
from emulators.serving.messages import Request


class Emulator:
    """Accounts side by side, and the record of the calls to them.

    Its parts are emptied but never replaced, because a call that is under way holds some of them.
    """

    def __init__(self, seed: Seed, behaviour: Behaviour, random_seed: int = 0) -> None:
        self.seed = seed
        self.initial_behaviour = behaviour
        self.behaviour = copy(behaviour)
        self.clock = time.time
        self.accounts: dict[str, Account] = {}
        self.tokens = Tokens()
        self.faults = Faults(random_seed)
        self.ledger = Ledger()
        self.outbox: list[SentMessage] = []
        self.jobs = Jobs(self.faults)
        self.webhooks = Webhooks(self.behaviour)
        self.reset()

    def reset(self) -> None:
        """Become as new: accounts as seeded, no tokens, no faults, an empty record."""
        self.behaviour.copy_from(self.initial_behaviour)
        self.accounts.clear()
        for account in self.seed.accounts:
            self.open_account(account)
        self.tokens.clear()
        self.faults.clear()
        self.ledger.clear()
        self.outbox.clear()
        self.webhooks.clear()
        self.jobs.clear()

    def forget_calls(self) -> None:
        """Forget the calls, but keep accounts, tokens and faults."""
        self.ledger.clear()
        self.outbox.clear()
        for account in self.accounts.values():
            account.limits.restart()

    def open_account(self, seed: AccountSeed) -> Account:
        """Create an account, or replace the one of that name."""
        self.accounts[seed.name] = Account(seed, DEFAULT_LIMITS)
        return self.accounts[seed.name]

    def account_of_user(self, user: str) -> Account | None:
        """Return the account that ``user`` belongs to."""
        return next((account for account in self.accounts.values() if user in account.users), None)

    def new_call(self, function: str, request: Request, names: tuple[str, ...], account: Account) -> Call:
        """Return a call, as the functions get it."""
        parts = self.clock, self.behaviour, self.ledger, self.outbox
        return Call(function, request, names, account, *parts, arrived=self.clock())
