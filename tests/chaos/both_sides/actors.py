"""Actors: people on both sides, who act until they are told to stop."""

import json
import random
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import redis
import requests
from sqlalchemy.exc import SQLAlchemyError

from emulators.sftp.events.moments import written_seconds
from pipeline.errors import PipelineError
from tests.chaos.both_sides import configuration as texts
from tests.chaos.both_sides.histories import EDITS
from tests.chaos.both_sides.systems import FIRST_RIID, Systems

AWAY = (redis.RedisError, SQLAlchemyError, PipelineError, requests.RequestException)
WRITE_EVERY = 8  # seconds between two files


class Actor(threading.Thread):
    """Acts every ``pause`` seconds; an act that a store which is away refuses is left out."""

    pause = 1.0

    def __init__(self, systems: Systems, seed: int) -> None:
        super().__init__(daemon=True)
        self.systems = systems
        self.dice = random.Random(f"{seed} {type(self).__name__}")
        self.done: Counter[str] = Counter()
        self.problem: Exception | None = None
        self._ending = threading.Event()

    def run(self) -> None:
        """Act."""
        while not self._ending.wait(self.dice.uniform(0, 2 * self.pause)):
            self.act_once()

    def act_once(self) -> None:
        """Act, and note what goes wrong beside what is away."""
        try:
            self.act()
        except AWAY:
            self.done["refused for now"] += 1
        except Exception as error:  # noqa: BLE001 -- the outcome has it
            self.problem = self.problem or error

    def act(self) -> None:
        """Do one thing."""
        raise NotImplementedError

    def end(self) -> None:
        """Stop."""
        self._ending.set()
        self.join()

    def anybody(self) -> int:
        """Choose a person; a tenth of all people acts half of the time."""
        people = self.systems.people
        return self.dice.randrange(people if self.dice.random() < 0.5 else max(1, people // 10))


class Recipients(Actor):
    """Recipients opt out, which a webhook tells and later a file, or complain, which a file tells."""

    pause = 2.0

    def __init__(self, systems: Systems, seed: int) -> None:
        super().__init__(systems, seed)
        self.rows: dict[str, list[dict[str, str]]] = {"OPT_OUT": [], "COMPLAINT": []}
        self.written: list[tuple[str, float]] = []  # addresses in files, and when they opted out
        self.next_files = 0.0

    def act(self) -> None:
        """Let one recipient act, and write the files if it is time."""
        number, now = self.anybody(), time.time()
        feed = "OPT_OUT" if self.dice.random() < 0.6 else "COMPLAINT"
        if feed == "OPT_OUT":
            order = {"account": texts.ACCOUNT, "type": "EMAIL_OPTOUT", "riids": [FIRST_RIID + number]}
            self.systems.environment.emulator.order("reactions", order)
        self.rows[feed].append(row_of(number, now))
        self.written.append((self.systems.address_of(number), now))
        self.done[feed] += 1
        if now > self.next_files:
            self.next_files = now + WRITE_EVERY
            self.write_files()

    def write_files(self) -> None:
        """Write a file of each feed that has rows, and have it fetched."""
        for feed, rows in self.rows.items():
            if rows:
                self.systems.files.order("rows", feed=feed, rows=rows, stamp=datetime.now(UTC).isoformat())
                self.rows[feed] = []
                self.done["files"] += 1
        with suppress(requests.RequestException):
            self.systems.run_import()


def row_of(number: int, at: float) -> dict[str, str]:
    """Return the cells of an event."""
    moment = written_seconds(int(at))
    return {
        "EVENT_TYPE_ID": "7", "ACCOUNT_ID": "1234", "RIID": str(FIRST_RIID + number), "EMAIL_FORMAT": "H",
        "EVENT_CAPTURED_DT": moment, "EVENT_STORED_DT": moment, "EMAIL": f"demo-{number}@example.com",
    }  # fmt: skip


class Clerk(Actor):
    """A clerk at Salesforce ticks boxes, clears others, and edits titles."""

    pause = 1.5

    def __init__(self, systems: Systems, seed: int) -> None:
        super().__init__(systems, seed)
        self.records: dict[str, list[tuple[str, str]]] = {}  # objects and ids, by address
        for table, record in systems.org.people():
            self.records.setdefault(record["Email"], []).append((table, record["Id"]))

    def act(self) -> None:
        """Edit one record."""
        org = self.systems.org
        table, name = self.dice.choice(self.records[self.systems.address_of(self.anybody())])
        [record] = org.report("records", object=table, id=name)["records"]
        chance = self.dice.random()
        if chance < 0.4:
            org.edit(table, record["Id"], Title=f"chief {self.dice.randrange(10**6)}")
            self.done["titles"] += 1
        elif record["HasOptedOutOfEmail"]:
            self.tick(table, record, is_ticked=False)
            self.done["cleared"] += 1
        elif chance < 0.8:
            self.tick(table, record, is_ticked=True)
            self.done["ticked"] += 1

    def tick(self, table: str, record: dict[str, str], *, is_ticked: bool) -> None:
        """Set a box as a human does, and note it."""
        began = time.time()
        self.systems.org.edit(table, record["Id"], HasOptedOutOfEmail=is_ticked)
        line = {
            "address": record["Email"],
            "record": record["Id"],
            "box": is_ticked,
            "at": [began, time.time()],
        }
        with (Path(self.systems.environment.folder) / EDITS).open("a") as file:
            file.write(json.dumps(line) + "\n")


class Marketer(Actor):
    """A marketer edits titles in Responsys."""

    pause = 3.0

    def act(self) -> None:
        """Write one title by the API."""
        row = [self.systems.address_of(self.anybody()), f"Head {self.dice.randrange(10**6)}"]
        data = {"fieldNames": ["EMAIL_ADDRESS_", "TITLE"], "records": [row], "mapTemplateName": None}
        body = {"recordData": data, "mergeRule": RULE}
        self.systems.call_responsys("POST", f"/lists/{texts.LIST}/members", body)
        self.done["titles"] += 1


RULE = {
    "insertOnNoMatch": False, "updateOnMatch": "REPLACE_ALL", "matchColumnName1": "EMAIL_ADDRESS_",
    "matchColumnName2": None, "matchOperator": "NONE", "optinValue": "I", "optoutValue": "O",
    "htmlValue": "H", "textValue": "T", "rejectRecordIfChannelEmpty": None,
    "defaultPermissionStatus": "OPTOUT",
}  # fmt: skip
