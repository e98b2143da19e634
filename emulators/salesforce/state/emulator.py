"""The whole state of an emulator."""

import time
from copy import copy

from emulators.salesforce.org.org import ORG_NUMBER, Org
from emulators.salesforce.state.behaviour import Behaviour
from emulators.salesforce.state.ledger import Ledger
from emulators.salesforce.state.locators import Locators
from emulators.salesforce.state.logins import App, Logins
from emulators.salesforce.state.outbound import Outbound
from emulators.salesforce.state.usage import Usage
from emulators.serving.faults import Faults


class Emulator:
    """One org, the apps that log in at it, and the record of the calls."""

    def __init__(
        self, apps: list[App], behaviour: Behaviour, random_seed: int = 0, org_number: int = ORG_NUMBER
    ) -> None:
        self.initial_apps = apps
        self.org_number = org_number
        self.initial_behaviour = behaviour
        self.behaviour = copy(behaviour)
        self.ahead = 0.0  # seconds that the org's clock is ahead of ours
        self.logins = Logins()
        self.faults = Faults(random_seed)
        self.ledger = Ledger()
        self.locators = Locators()
        self.usage = Usage(self.behaviour)
        self.reset()

    def clock(self) -> float:
        """Return the time of the org in seconds since the epoch."""
        return time.time() + self.ahead

    def reset(self) -> None:
        """Become as new: an org with two users, the apps, no tokens, no faults, an empty record."""
        self.behaviour.copy_from(self.initial_behaviour)
        self.ahead = 0.0
        self.org = Org(self.clock, self.org_number)
        self.outbound = Outbound(self.org)
        self.org.saved = self.outbound.note
        self.logins.tokens.clear()
        self.logins.calls_per_token = None
        self.logins.apps = {app.client_id: copy(app) for app in self.initial_apps}
        self.faults.clear()
        self.forget_calls()

    def forget_calls(self) -> None:
        """Forget the calls, but keep records, tokens and faults."""
        self.ledger.clear()
        self.logins.count = 0
        self.locators.clear()
        self.usage.restart()
