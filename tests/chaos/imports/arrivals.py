"""Files arrive while storms rage: new ones, and ones that are delivered again."""

import random
import shutil
import threading
from datetime import UTC, datetime, timedelta

import redis

from tests.emulators.sftp.conftest import SftpEmulator
from tests.processes.import_installation import IMPORT
from tests.processes.import_totals import COUNTERS

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = 500
MOST_ROWS = 4_000  # of a file
PAUSES = (0.3, 2.0)  # seconds between files
AGAIN = 0.3  # probability that an earlier file comes again, too
EVERY = 1  # minutes between two runs


class Arrivals(threading.Thread):
    """Writes files until it is closed, and lets the time until the next run pass."""

    def __init__(self, emulator: SftpEmulator, client: redis.Redis, seed: int) -> None:
        super().__init__(name="arrivals", daemon=True)
        self.emulator, self.client = emulator, client
        self.dice = random.Random(seed)
        self.ended = threading.Event()
        self.files, self.repeated = 0, 0
        self.problem: BaseException | None = None

    def run(self) -> None:
        """Let files come."""
        try:
            while not self.ended.wait(self.dice.uniform(*PAUSES)):
                self.deliver()
                if self.dice.random() < AGAIN:
                    self.deliver_again()
                let_time_pass(self.client)
        except BaseException as error:
            self.problem = error
            raise

    def deliver(self) -> None:
        """Write one file; each has an hour of its own."""
        stamp = FIRST + timedelta(hours=self.files)
        feed, rows = self.dice.choice(list(COUNTERS)), self.dice.randrange(MOST_ROWS)
        self.emulator.order("files", feeds=[feed], rows=rows, stamp=stamp.isoformat())
        self.files += 1

    def deliver_again(self) -> None:
        """Write an earlier file again: to the ledger it is another one."""
        path = self.dice.choice(sorted(self.emulator.folder.glob("*.txt")))
        copy = path.with_suffix(".new")
        shutil.copyfile(path, copy)
        copy.replace(path)
        self.repeated += 1

    def close(self) -> None:
        """Let no more come."""
        self.ended.set()
        if self.is_alive():
            self.join()


def let_time_pass(client: redis.Redis) -> None:
    """Let the import be due, as after a minute; without Redis it is due later."""
    try:
        client.delete(f"turn:import:{IMPORT}:{EVERY}", "turn:imports")
    except redis.RedisError:
        return
