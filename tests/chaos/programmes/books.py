"""The books of the run: when all is read and all is settled, and what it came to."""

from collections.abc import Callable
from contextlib import suppress

import redis
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from tests.chaos.plan import Plan
from tests.chaos.programmes.configuration import ACCOUNT, EVENTS
from tests.chaos.programmes.edits import MOVING_ON
from tests.chaos.programmes.entered import entered, left_over, records_taken, waiting_entries
from tests.chaos.programmes.org import ChaosOrg, deal_address, lead_address
from tests.chaos.programmes.outcome import ProgrammesOutcome
from tests.chaos.storms import Log
from tests.processes.environment import Environment
from tests.processes.limited_account import LimitedAccount

ADDRESSES: dict[str, Callable[[int], str]] = {"nurture": lead_address, "after-demo": deal_address}


class Books:
    """Counts in both systems and both stores."""

    def __init__(self, environment: Environment, org: ChaosOrg, events: Engine) -> None:
        self.environment, self.org, self.events = environment, org, events
        self.accounts = {name: self._account(name) for name in EVENTS}

    def are_read_first(self, deals: int) -> bool:
        """Tell whether both sources have read all that was there."""
        with self.events.connect() as connection:
            if not inspect(connection).has_table("streams"):
                return False
            done = connection.exec_driver_sql("SELECT source FROM streams WHERE full_at IS NOT NULL").all()
        return len(done) == 2 and records_taken(self.events, "stages") == deals

    def are_closed(self, people: int) -> bool:
        """Tell whether everybody has entered or is listed."""
        with suppress(redis.RedisError, SQLAlchemyError):
            waiting = any(account.waiting() for account in self.accounts.values())
            return self.environment.accepted() and not waiting and not waiting_entries(self.events, people)
        return False

    def outcome(self, plan: Plan, log: Log, seconds: float) -> ProgrammesOutcome:
        """Find out what it came to."""
        people, emulator = range(plan.activations), self.environment.emulator
        found = [
            entered(rule, [ADDRESSES[rule](n) for n in people], emulator, self.events, account)
            for rule, account in self.accounts.items()
        ]
        rows = {"leads": len(people), "stages": 2 * len(people) + len(people[::MOVING_ON])}
        return ProgrammesOutcome(
            plan=plan,
            seconds=round(seconds, 1),
            rules=found,
            passed=sum(count - records_taken(self.events, source) for source, count in rows.items()),
            left_over=left_over(self.events),
            log=log,
            violations=[*emulator.violations(), *self.org.violations()],
            faults={"Responsys": sum(emulator.struck().values()), "Salesforce": self.org.struck()},
        )

    def _account(self, name: str) -> LimitedAccount:
        environment = self.environment
        return LimitedAccount(
            name,
            environment.broker_url,
            environment.client,
            environment.engine,
            environment.emulator,
            ACCOUNT,
        )
