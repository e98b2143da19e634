"""An installation of an earlier version is stopped, and started by this one.

``tests/fixtures/earlier_installation/`` has both stores as commit b7ada73 (SQL revision 0002) left them. The
connector is paused, two destinations have rows that wait, a batch was claimed by a worker that died, the
intake has entries, and three dead letters are open. Doorbells and the login token are left out.
"""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from pipeline.operate.activity import person_at_terminal
from pipeline.operate.pausing import resume_record
from pipeline.runtime.worker import Worker
from pipeline.settings import Settings
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import Filter
from pipeline.settle.replay import replay
from tests.fixtures.oracle import HOST

STORED = Path(__file__).parents[1] / "fixtures" / "earlier_installation"
API = f"{HOST}/rest/api/v1.3"
SETTLED = "a85c7040143c4f57a696d1667b592ad8"  # a batch that the earlier version delivered


@pytest.fixture
def worker(redis, server_url, tmp_path):
    """A worker of this version, on the stores of the earlier one."""
    restore(tmp_path, redis)
    settings = {"ACTIVATION_DATA_DIR": str(tmp_path), "ACTIVATION_BROKER_URL": server_url}
    worker = Worker(Settings.load(settings))
    yield worker
    worker.doorbell.close()
    worker.engine.dispose()
    worker.client.close()


def restore(folder, redis):
    shutil.copy(STORED / "secret.key", folder)
    (folder / "secret.key").chmod(0o600)
    database = sqlite3.connect(folder / "activation.db")
    database.executescript((STORED / "activation.sql").read_text("utf-8"))
    database.close()
    for key, life_ms, command, *values in json.loads((STORED / "redis.json").read_text("utf-8")):
        redis.execute_command(command, key, *(value.encode("utf-8", "surrogateescape") for value in values))
        if life_ms > 0:
            redis.pexpire(key, life_ms)


@pytest.fixture
def events(oracle):
    """Profile and number of every event that was triggered, in order."""
    triggered = []

    def answer(request):
        recipients = json.loads(b"".join(request.body))["recipientData"]
        data = [{one["name"]: one["value"] for one in recipient["optionalData"]} for recipient in recipients]
        triggered.extend((one["profileId"], one["number"]) for one in data)
        result = {"errorMessage": None, "success": True, "recipientId": 1}
        return 200, {}, json.dumps([result] * len(recipients))

    oracle.add_callback("POST", f"{API}/events/LAPSED", answer)
    return triggered


@pytest.fixture
def merged(oracle):
    """Number of every address that was merged into the list, as merged last."""
    numbers = {}

    def answer(request):
        data = json.loads(b"".join(request.body))["recordData"]
        rows = [dict(zip(data["fieldNames"], record, strict=True)) for record in data["records"]]
        numbers.update({row["EMAIL_ADDRESS_"].partition("@")[0]: row["POINTS"] for row in rows})
        records = [["1"]] * len(rows)
        return 200, {}, json.dumps({"recordData": {"fieldNames": ["RIID_"], "records": records}})

    oracle.add_callback("POST", f"{API}/lists/CONTACTS_LIST/members", answer)
    return numbers


def accept(worker):
    for shard in list(worker.intake.waiting()):
        worker.acceptance.accept(shard)


def drain(worker):
    """Deliver all rows that wait, whatever their age, and those that come up after them."""
    worker.lanes.leases.lapsed("acme")
    while batches := claim(worker):
        for batch, attempt in batches:
            worker.delivery.deliver(batch, attempt)


def claim(worker):
    for destination in ("event", "list"):
        worker.lanes.flush(destination)
    worker.dispatch.next_batch()
    return worker.lanes.leases.claimed("acme")


def go_on(worker):
    accept(worker)
    resume_record(worker.records, worker.client, person_at_terminal(), "connector", "acme")
    drain(worker)


def test_a_connector_that_was_paused_sends_nothing_yet(worker, events, merged):
    accept(worker)
    drain(worker)

    assert (events, merged) == ([], {})


def test_all_that_waited_goes_out_once_and_in_order(worker, events, merged):
    """Batch, lanes, lines and intake: p-3 was produced twice under one id."""
    go_on(worker)

    assert len(events) == len(set(events))
    assert sorted(events) == [
        ("p-2", "2"),
        ("p-2", "22"),
        ("p-3", "3"),
        ("p-4", "4"),
        ("p-4", "44"),
        ("p-5", "5"),
    ]
    assert events.index(("p-2", "2")) < events.index(("p-2", "22"))
    assert events.index(("p-4", "4")) < events.index(("p-4", "44"))
    assert merged == {"p-0": "0", "p-1": "1", "p-2": "22", "p-3": "3", "p-4": "44", "p-5": "5"}
    assert worker.intake.waiting() == {}
    assert not worker.client.exists("rows:event", "rows:list", "flying:acme")


def test_its_dead_letters_are_open_and_can_be_sent_again(worker, events, merged):
    letters = dead_letters.find_letters(worker.engine, Filter())
    codes = sorted((letter.profile_id, letter.destination, letter.code) for letter in letters)
    assert codes == [
        ("p-1", "event", "NO_RECIPIENT_FOUND"),
        ("p-9", "event", "Invalid"),
        ("p-9", "list", "Invalid"),
    ]

    go_on(worker)
    assert replay(worker.engine, worker.appender, Filter(code="NO_RECIPIENT_FOUND")) == (1, 0)
    accept(worker)
    drain(worker)

    assert events[-1] == ("p-1", "1")
    assert dead_letters.count(worker.engine, Filter()) == 2


def test_a_batch_that_it_settled_is_known(worker):
    assert worker.delivery.deliver(SETTLED, 1).text.startswith("nothing to do")
