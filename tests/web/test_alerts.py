"""Alerts over HTTP: the same as `activation alerts list`, and channels that are tried."""

import pytest

from tests.environment import ACME, LAPSED
from tests.processes.environment import until

RULE = {"rule": "dead_letters", "channels": ["ops"], "clear_after": 0}


@pytest.fixture(scope="module")
def web(start):
    return start(environ={"ACTIVATION_ALERT_INTERVAL": "1"})


@pytest.fixture
def ops(web, hooks):
    """A channel on loopback; nothing else is configured, and nothing is open."""
    with web.stores.engine.begin() as connection:
        for table in ("alerts", "channels", "alert_states", "alert_messages", "dead_letters", "activity"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    web.stores.records.apply({"connectors": {"acme": ACME}, "destinations": {"lapsed": LAPSED}})
    hook = {"kind": "webhook", "url": hooks.url, "secret": "s1gning"}
    assert web.call("PUT", "/v1/channels/ops", json=hook).status_code == 201
    return hooks


def keep_letter(web):
    values = "('l1', '2026-11-29', 'acme', 'lapsed', 'a', 'lovelace', 'X', '', '{}', 'open')"
    columns = "id, created_at, connector, destination, audience, profile_id, code, detail, activation, state"
    with web.stores.engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO dead_letters ({columns}) VALUES {values}")


def state(web):
    [rule] = web.get("/v1/alerts", scope="read").json()["alerts"]
    [found] = rule["states"]
    return found


def test_a_channel_is_tried_and_says_why_it_does_not_take_a_message(web, ops):
    ops.answers = [500]

    failed = web.call("POST", "/v1/channels/ops/test", "operate")
    taken = web.call("POST", "/v1/channels/ops/test", "operate")

    assert (failed.status_code, failed.json()) == (
        200,
        {"ok": False, "text": 'channel "ops" did not take the test: HTTP 500'},
    )
    assert taken.json() == {"ok": True, "text": 'channel "ops" took the test'}
    assert ops.types == ["alert.test"] * 2
    [second, first] = web.get("/v1/activity?action=channel.test").json()["activity"]
    assert (first["object"], first["detail"], second["detail"]) == ("channel:ops", "failed", "ok")
    assert "t0ken" not in failed.text


def test_a_test_needs_scope_operate_and_a_channel(web, ops):
    assert web.call("POST", "/v1/channels/ops/test", "read").json()["needs"] == "operate"
    assert web.call("POST", "/v1/channels/nowhere/test", "operate").status_code == 404


def test_without_a_worker_a_web_process_opens_and_closes_an_alert_once(web, ops):
    """Two gunicorn workers look; no worker takes the task, so a web process sends."""
    assert web.call("PUT", "/v1/alerts/letters", json=RULE).status_code == 201
    until(lambda: state(web)["state"] == "ok")

    keep_letter(web)
    until(lambda: ops.types == ["alert.opened"], within=60)
    seen = state(web)
    with web.stores.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM dead_letters")
    until(lambda: ops.types == ["alert.opened", "alert.closed"], within=60)

    assert seen["subject"] == {"scope": "destination", "name": "lapsed"}
    assert (seen["state"], seen["value"]) == ("open", 1)
    assert seen["text"] == '1 dead letter of destination "lapsed" is open'
    assert state(web)["state"] == "ok"
    assert "lovelace" not in ops.posted[0].body.decode()


def test_a_rule_is_listed_with_its_document_and_states(web, ops):
    web.call("PUT", "/v1/alerts/letters", json=RULE)

    [rule] = web.get("/v1/alerts", scope="read").json()["alerts"]

    assert rule.keys() == {"name", "document", "stops", "states"}
    assert rule["document"] == web.get("/v1/alerts/letters").json()
    assert rule["states"][0].keys() == {"subject", "state", "since", "value", "text"}
