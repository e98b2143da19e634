"""People at work in the org: they save leads and move deals on, evenly over a time."""

import random
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

import redis

from pipeline.stores import nudges
from tests.chaos.programmes.configuration import NEXT_STAGE, SOURCES, STAGE
from tests.chaos.programmes.org import ChaosOrg, lead_address

CHUNK = 50  # leads, and as many deals, at a time
DELAYS = (0.0, 1.0, 4.0, 15.0, 30.0)  # seconds until a record is seen
NUDGE_SECONDS = 3.0  # between two
MOVING_ON = 10  # every tenth deal goes on to the next stage before anything reads it


class Edits(threading.Thread):
    """Saves a lead for each deal, and moves the deals on."""

    def __init__(self, org: ChaosOrg, deals: Sequence[str], seconds: float, seed: int) -> None:
        super().__init__(name="edits", daemon=True)
        self.org, self.deals, self.seconds = org, deals, seconds
        self.dice = random.Random(f"{seed} edits")
        self.problem: BaseException | None = None

    def run(self) -> None:
        """Do everything."""
        try:
            began = time.monotonic()
            for first in range(0, len(self.deals), CHUNK):
                self.org.order("settings", {"delay": self.dice.choice(DELAYS)})
                self.edit(range(first, min(first + CHUNK, len(self.deals))))
                due = began + self.seconds * (first + CHUNK) / len(self.deals)
                time.sleep(max(0.0, due - time.monotonic()))
            self.org.order("settings", {"delay": 0.0})
        except BaseException as error:
            self.problem = error
            raise

    def edit(self, numbers: range) -> None:
        """Save leads, and move deals on."""
        lead = {"FirstName": "Bob", "Company": "Acme", "LeadSource": "Web"}
        self.org.load("Lead", [{**lead, "LastName": f"Ray{n}", "Email": lead_address(n)} for n in numbers])
        self.move(numbers, STAGE)
        self.move([number for number in numbers if number % MOVING_ON == 0], NEXT_STAGE)

    def move(self, numbers: Sequence[int], stage: str) -> None:
        """Move deals to a stage."""
        fields = {"CloseDate": "2027-01-31", "StageName": stage}
        self.org.load("Opportunity", [{"Id": self.deals[n], "Name": f"Deal {n}", **fields} for n in numbers])


class Nudges(threading.Thread):
    """Nudges the sources, as outbound messages do."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(name="nudges", daemon=True)
        self.client = client
        self.ended = threading.Event()

    def run(self) -> None:
        """Nudge until told to stop; without Redis the next time counts."""
        while not self.ended.wait(NUDGE_SECONDS):
            with suppress(redis.RedisError):
                nudges.leave(self.client, SOURCES)

    def close(self) -> None:
        """Stop."""
        self.ended.set()
        self.join()
