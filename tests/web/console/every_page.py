"""A place for every page: records and rows that each page of the console shows something of."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import delete, insert

from pipeline.consents.bursts import Burst, hold
from pipeline.operate.activity import SYSTEM
from pipeline.operate.batches import page_of_batches
from pipeline.operate.deciding import begin_decision
from pipeline.operate.editing import Editor
from pipeline.operate.paging import Page
from pipeline.runtime.stores import Stores
from pipeline.settle.dead_letters import Filter, find_letters
from pipeline.stores.event_tables import event_files, event_lines
from tests.web.console.installation import Installation

CHANNEL = {"kind": "webhook", "url": "http://127.0.0.1:9/hook"}
RULE = {"rule": "error_share", "channels": ["ops"], "above": 0.05, "enabled": False}
FILE = {
    "import_name": "events",
    "path": "12_CLICK_20260105_000000.txt",
    "size": 1,
    "mtime": 1,
    "account": "12",
    "feed": "CLICK",
    "state": "landed",
    "quarantined": 1,
}


@contextmanager
def every_page(installation: Installation) -> Iterator[Mapping[str, str]]:
    """Give the ids that stand in paths, by their names there; all that was made goes with the context."""
    stores = installation.stores
    editor = Editor(stores.records, stores.redis, SYSTEM)
    editor.put("channels", "ops", CHANNEL)
    editor.put("alerts", "errors", RULE)
    add_bad_line(stores)
    with stores.events.begin() as connection:
        hold(connection, Burst("email", "leads", time.time_ns() // 1_000_000, 30, 400))
    operation = begin_decision(stores.engine, stores.broker_url, SYSTEM, "drop", Filter(code="NO_SUCH_CODE"))
    [batch] = page_of_batches(stores.engine, Page(limit=1))["batches"]
    [letter] = find_letters(stores.engine, Filter(), most=1)
    yield {"batch": batch["id"], "letter": letter.id, "operation": operation.id}
    editor.remove("alerts", "errors")
    editor.remove("channels", "ops")
    with stores.events.begin() as connection:
        connection.execute(delete(event_lines))
        connection.execute(delete(event_files))


def add_bad_line(stores: Stores) -> None:
    """Let the import have a file with a line that counts nothing."""
    now = datetime.now(UTC)
    with stores.events.begin() as connection:
        connection.execute(insert(event_files).values(id=1, listed_at=now, **FILE))
        line = {"file": 1, "line": 7, "reason": "a value is missing", "text": "12;CLICK"}
        connection.execute(insert(event_lines).values(at=now, **line))
