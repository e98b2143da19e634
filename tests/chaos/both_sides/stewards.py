"""Stewards: producers that send to everybody, and a person of ours who answers questions."""

from pipeline import Producer
from pipeline.consents.statement import IN, OUT
from pipeline.operate.activity import SYSTEM
from pipeline.operate.conflicts import read_conflicts, settle_conflict
from pipeline.operate.consent_bursts import read_bursts, release_bursts
from pipeline.operate.consents import WishCommand
from pipeline.operate.paging import Page
from pipeline.produce.appender import Appender
from pipeline.runtime.consent_passing import ConsentPassing
from tests.chaos.both_sides import configuration as texts
from tests.chaos.both_sides.actors import Actor

AT_ONCE = 60  # people


class Sender(Actor):
    """Sends events and e-mails to anybody, be they in or out."""

    pause = 3.0

    def act(self) -> None:
        """Produce for each audience."""
        systems = self.systems
        url = systems.environment.broker_url
        for audience in texts.AUDIENCES:
            chosen = self.dice.sample(range(systems.people), min(AT_ONCE, systems.people))
            rows = [
                {
                    "profile_id": f"p{number}", "call_type": "ADD",
                    "identifiers": {"email": systems.address_of(number)}, "variables": {},
                }
                for number in chosen
            ]  # fmt: skip
            with Producer(broker_url=url, patience=5) as producer:
                producer.activate_many(rows, audience=audience)
            self.done[audience] += len(rows)


class Steward(Actor):
    """Lets bursts go on, answers conflicts of consents, and takes people in and out by command."""

    pause = 2.0

    def act(self) -> None:
        """Do one thing of each kind."""
        if self.dice.random() < 0.2:  # a burst is held for a while
            self.release()
        self.settle(0.3)
        number = self.anybody()
        self.say(IN if self.dice.random() < 0.8 else OUT, number)

    def release(self) -> None:
        """Pass on what a burst holds."""
        stores = self.systems.stores
        if read_bursts(stores):
            found = release_bursts(stores, SYSTEM, "email")
            self.done["bursts released"] += len(found.bursts)

    def settle(self, share: float) -> None:
        """Answer some of the open conflicts of consents."""
        stores = self.systems.stores
        for conflict in read_conflicts(stores, Page(500))["conflicts"]:
            if conflict["kind"] == "consent" and self.dice.random() < share:
                answer = self.dice.choice(("out", "in"))
                settle_conflict(stores, SYSTEM, conflict["id"], answer)
                self.done[f"conflicts settled {answer}"] += 1

    def say(self, wish: str, number: int) -> None:
        """State a wish of a person."""
        stores = self.systems.stores
        catalog = stores.records.load()
        account = catalog.consents["email"]
        command = WishCommand(
            stores,
            SYSTEM,
            catalog,
            account,
            lambda: ConsentPassing(stores.events, Appender(stores.redis, stores.doorbell), catalog),
        )
        command.say(IN if wish == IN else OUT, self.systems.address_of(number))
        self.done[f"said {wish}"] += 1
