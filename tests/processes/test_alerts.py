"""An alert's life with three workers and two web processes: each message comes once, in order."""

import pytest
import requests

from pipeline.operate.keys import create_key
from tests.processes import celery
from tests.processes.environment import Environment, open_environment, until
from tests.processes.limited_account import people
from tests.web.conftest import address_of, start_web

OPTIONS = "--quiet -A tasks worker -P threads -c 2 -Q sync --without-gossip --without-mingle"
RULE = {
    "rule": "error_share",
    "channels": ["ops"],
    "above": 0.5,
    "at_least": 10,
    "clear_after": 1,
    "remind": 3,
}


def sync_worker(name):
    return [*celery(OPTIONS), "-n", f"{name}@%h"]


@pytest.fixture
def environment(tmp_path):
    """Workers that accept, deliver and do what takes long, and a web process with two of gunicorn's."""
    with open_environment(tmp_path) as opened:
        opened.env["ACTIVATION_ALERT_INTERVAL"] = "1"
        opened.start("accept", "deliver")
        opened.employ("sync", sync_worker, opened.env)
        web = start_web(tmp_path, opened.env, "--workers", "2")
        try:
            opened.web_url = address_of(web, [])
            until(lambda: all(worker.ready() for worker in opened.workers))
            yield opened
        finally:
            web.kill()
            web.wait()
            web.stdout.close()


def state(environment: Environment, key: str):
    """Return the state of the alert, as the API has it."""
    url, headers = f"{environment.web_url}/v1/alerts", {"Authorization": f"Bearer {key}"}
    answer = requests.get(url, headers=headers, timeout=60)
    if not answer.ok:  # a new key is known within seconds
        return None
    [rule] = answer.json()["alerts"]
    return rule["states"][0]["state"]


def test_an_alert_is_opened_reminded_and_closed(environment, hooks):
    account = environment.open("alerted", max_rows=5)
    _, key = create_key(environment.engine, "reader", "read")
    channel = {"kind": "webhook", "url": hooks.url, "secret": "s1gning"}
    environment.apply({"channels": {"ops": channel}, "alerts": {"rejections": RULE}})
    hooks.answers = ["break off"]  # tried again after 10 seconds

    environment.emulator.fault("alerted", "error", errorCode="INVALID_PARAMETER")
    account.activate(people(10))
    until(lambda: state(environment, key) == "open")
    until(lambda: "alert.reminder" in hooks.types)
    environment.emulator.order("faults", [])
    account.activate(people(100, first=10))
    until(lambda: hooks.types and hooks.types[-1] == "alert.closed")

    posted = hooks.posted[1:]  # after the one that broke off
    types = [each.document["type"] for each in posted]
    assert (types[0], types[-1], {*types[1:-1]}) == ("alert.opened", "alert.closed", {"alert.reminder"})
    assert hooks.posted[0].body == posted[0].body
    assert len({each.headers["webhook-id"] for each in posted}) == len(posted)
    moments = [each.document["at"] for each in posted]
    assert moments == sorted(set(moments))
    opened, closed = posted[0].document["alert"], posted[-1].document["alert"]
    assert opened["subject"] == {"scope": "destination", "name": "alerted"}
    assert (opened["value"], opened["above"]) == (1.0, 0.5)
    assert opened["text"] == (
        '100 % of 10 rows of destination "alerted" were rejected within 15 minutes, '
        "most with INVALID_PARAMETER"
    )
    assert opened["url"].endswith("/dead-letters?destination=alerted&code=INVALID_PARAMETER")
    assert closed["text"].startswith("over after ")
    assert state(environment, key) == "ok"
    assert "p0" not in "".join(each.body.decode() for each in posted)
