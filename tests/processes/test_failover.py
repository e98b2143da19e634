"""Redis fails over: for some seconds it refuses, and then all goes on. Real processes and servers."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import Producer
from pipeline.produce.appender import AppendFailed
from pipeline.stores.broker import connect
from tests.processes import ROOT
from tests.processes.environment import until
from tests.processes.limited_account import activation as activation_of
from tests.processes.limited_account import people
from tests.processes.machine import on_this_machine
from tests.processes.refuser import REFUSALS, ROLES, demoted, refusing

CASE = Path(__file__).parents[1] / "cases" / "02-redis-becomes-a-replica"
BACK = 15  # seconds after which work has gone on
WORDS = {
    "READONLY": "is a read-only replica",
    "MASTERDOWN": "is a replica that has lost its primary",
    "LOADING": "is loading its file",
    "CLUSTERDOWN": "belongs to a cluster that is down",
    "NOREPLICAS": "has too few replicas",
    "NOAUTH": "refuses the password, or asks for one",
}


def activation(environment, *words):
    """Run a command as people do."""
    call = [sys.executable, "-m", "pipeline.cli", *words]
    return subprocess.run(
        call, cwd=ROOT, env={**os.environ, **environment.env}, capture_output=True, text=True, timeout=60
    )  # fmt: skip


def same_workers(environment):
    return [worker.alive() for worker in environment.workers] == [True] * len(environment.workers)


def spend(seconds):
    began = time.monotonic()
    until(lambda: time.monotonic() - began > seconds, within=seconds + 5)


def goes_on(environment, limited_account, expected):
    """Tell whether everything is delivered soon, once."""
    environment.drain(limited_account, within=on_this_machine(BACK))
    assert same_workers(environment)
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in expected)
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0


def test_case_02_no_worker_exits_and_the_rows_arrive_once(environment):
    """Both commands name the replica, not a disk."""
    limited_account = environment.open("lapsed", max_age=2)
    rows = [json.loads(line) for line in (CASE / "rows.jsonl").read_text().splitlines()]
    for row in rows:
        row["identifiers"]["email"] = f"{row['profile_id']}@example.com"
        row["variables"] = {"number": 0}
    file = environment.folder / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    sent = activation(environment, "send", "lapsed", str(file))

    with demoted(environment, "READONLY"):
        spend(3)
        refused = activation(environment, "send", "lapsed", str(file), "--wait", "1")
        shown = activation(environment, "status")
        spend(8)

    assert sent.returncode == 0, sent.stderr
    assert "read-only replica" in refused.stdout + refused.stderr
    assert "read-only replica" in shown.stdout
    assert "disk" not in refused.stdout + refused.stderr + shown.stdout
    goes_on(environment, limited_account, [row["profile_id"] for row in rows])


@pytest.mark.parametrize("code", ROLES)
def test_workers_outlive_a_demotion_under_load(environment, code):
    limited_account = environment.open(code.lower())
    environment.emulator.fault(limited_account.name, "latency", seconds=0.1)
    limited_account.activate(people(4000))
    until(lambda: len(limited_account.calls()) >= 4)

    with demoted(environment, code):
        with (
            pytest.raises(AppendFailed, match=WORDS[code]),
            Producer(broker_url=environment.broker_url, patience=0.5) as producer,
        ):
            producer.activate(limited_account.name, **activation_of("p", 0))
        spend(6)
    goes_on(environment, limited_account, people(4000))


@pytest.mark.parametrize("refusal", REFUSALS)
def test_workers_outlive_every_refusal(environment, refusal):
    limited_account = environment.open(refusal.lower())
    environment.emulator.fault(limited_account.name, "latency", seconds=0.1)
    limited_account.activate(people(2000))
    until(lambda: len(limited_account.calls()) >= 2)

    environment.kill_redis()
    with refusing(environment.redis_port, REFUSALS[refusal]):
        shown = activation(environment, "status")
        spend(4)
    environment.start_redis()

    assert shown.returncode == 2
    assert WORDS[refusal] in shown.stderr
    assert len(shown.stderr.strip().splitlines()) == 1
    goes_on(environment, limited_account, people(2000))


def test_workers_outlive_connections_that_are_closed_again_and_again(environment):
    limited_account = environment.open("closed")
    environment.emulator.fault("closed", "latency", seconds=0.1)
    limited_account.activate(people(2000))
    until(lambda: len(limited_account.calls()) >= 2)

    for _ in range(20):
        with connect(environment.broker_url) as admin:
            admin.client_kill_filter(_type="normal", skipme=True)
        spend(0.2)
    goes_on(environment, limited_account, people(2000))


def test_a_worker_that_is_started_while_redis_only_reads_waits(environment):
    limited_account = environment.open("started")
    with demoted(environment, "READONLY"):
        worker = environment.start_one("both")
        spend(8)
        assert worker.alive()
    limited_account.activate(people(200))
    environment.drain(limited_account, within=on_this_machine(BACK))

    assert worker.alive()
    environment.stop([worker])
