"""`/v1/hooks/salesforce`: an org's outbound messages run the streams that read its records."""

import pytest
from sqlalchemy import insert, select, update

from pipeline.model.variable_values import as_id
from pipeline.operate.activity import SYSTEM
from pipeline.operate.hook_keys import create_hook_key
from pipeline.operate.keys import revoke_key
from pipeline.stores import nudges
from pipeline.stores.stream_tables import records, streams
from tests.emulators.salesforce.conftest import Salesforce
from tests.emulators.salesforce.conftest import process as process
from tests.processes.environment import until
from tests.web.messages import message

ORG_OF_NOBODY = "00D000000000009EAA"
DAY = 24 * 60.0


@pytest.fixture(scope="module")
def org(process):
    org = Salesforce(process)
    org.order("reset", {})
    return org


@pytest.fixture(scope="module")
def own_org(org):
    return as_id(org.ask("org")["id"])


def configuration(host):
    source = {"kind": "salesforce", "connector": "crm", "mapping": "person", "every": DAY}
    secret = {"client_id": "3MVG9LOCAL", "client_secret": "local-secret"}
    connector = {"kind": "salesforce", "host": host, **secret}
    history = {**source, "object": "OpportunityHistory", "mapping": "deal", "of": "OpportunityId"}
    return {
        "connectors": {"crm": connector, "other": connector},
        "mappings": {
            "person": {"title": {"salesforce": "Title"}},
            "deal": {"stage": {"salesforce": "StageName"}},
        },
        "sources": {
            "leads": {**source, "object": "Lead"},
            "idle": {**source, "object": "Lead", "enabled": False},
            "stages": history,
        },
    }


@pytest.fixture(scope="module")
def web(start, process):
    web = start()
    web.stores.records.apply(configuration(process))
    return web


@pytest.fixture(scope="module")
def key(web):
    return create_hook_key(web.stores.engine, web.stores.records.load(), "crm", SYSTEM)[1]


@pytest.fixture
def post(web, key):
    """Sends a message to the hook, by a key that the web process knows by now."""

    def post(body, connector="crm", text=key, **headers):
        return web.call("POST", f"/v1/hooks/salesforce/{connector}/{text}", None, data=body, headers=headers)

    until(lambda: post(b"").status_code != 401)
    web.stores.redis.delete(nudges.KEY)
    return post


def test_a_message_is_acknowledged_once_its_nudge_is_in_redis(web, post, own_org):
    answer = post(message("Lead", "Lead", "Account", org=own_org), **{"Content-Type": "text/xml"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert b"<Ack>true</Ack>" in answer.content
    assert nudges.waiting(web.stores.redis) == ["leads"]


def test_many_messages_call_one_worker(web, post, own_org):
    web.stores.redis.delete("turn:nudge:leads")
    web.stores.redis.delete("sync")
    nudges.may_call(web.stores.redis, "leads")
    for _ in range(5):
        assert post(message("Lead", org=own_org)).status_code == 200

    assert web.stores.redis.llen("sync") == 0
    assert nudges.waiting(web.stores.redis) == ["leads"]


def test_a_message_about_a_record_nudges_its_history(web, post, own_org):
    post(message("Opportunity", org=own_org[:15]))

    assert nudges.waiting(web.stores.redis) == ["stages"]


@pytest.mark.parametrize("body", [b"", b"<a", message(), b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_a_mangled_message_is_refused(web, post, body):
    answer = post(body)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-body")
    assert nudges.waiting(web.stores.redis) == []


def test_a_message_of_another_org_is_refused(web, post):
    answer = post(message("Lead", org=ORG_OF_NOBODY))

    assert (answer.status_code, ORG_OF_NOBODY in answer.text) == (400, False)
    assert answer.json()["detail"] == "The OrganizationId is not that of the connector's org."
    assert nudges.waiting(web.stores.redis) == []


def test_the_org_that_streams_have_read_counts_without_a_login(web, post):
    with web.stores.events.begin() as connection:
        connection.execute(insert(streams).values(source="leads", org=ORG_OF_NOBODY))
    try:
        assert post(message("Lead", org=ORG_OF_NOBODY)).status_code == 200
    finally:
        with web.stores.events.begin() as connection:
            connection.execute(update(streams).values(org=""))


def test_a_message_has_at_most_a_mebibyte(post, own_org):
    answer = post(message("Lead", org=own_org) + b" " * 1024 * 1024)

    assert (answer.status_code, answer.json()["limit"]) == (413, 1024 * 1024)


def test_a_key_counts_for_its_connector_and_for_nothing_else(web, post, key):
    assert post(message("Lead"), connector="other").status_code == 401
    assert post(message("Lead"), text=web.key("admin")).status_code == 401
    assert web.get("/v1/status", None, headers={"Authorization": f"Bearer {key}"}).status_code == 403


def test_without_redis_nothing_is_acknowledged(web, post, own_org, monkeypatch):
    web.stores.redis.config_set("min-replicas-to-write", 3)
    try:
        answer = post(message("Lead", org=own_org))
    finally:
        web.stores.redis.config_set("min-replicas-to-write", 0)

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_message_of_the_org_runs_the_stream(web, post, worker, org, key):
    def known():
        with web.stores.events.connect() as connection:
            return set(connection.scalars(select(records.c.record).where(records.c.source == "leads")))

    (first,) = org.load("Lead", {"LastName": "One", "Company": "X"})
    until(lambda: known() == {as_id(first)})
    url = f"{web.url}/v1/hooks/salesforce/crm/{key}"
    org.order("settings", {"outbound_messages": [{"url": url, "object": "Lead"}]})

    (second,) = org.load("Lead", {"LastName": "Two", "Company": "X"})

    until(lambda: known() == {as_id(first), as_id(second)})
    until(lambda: org.ask("outbound") == {"waiting": 0, "sent": 1, "failed": 0})


def test_the_key_is_in_no_log_and_ends(web, post, key):
    revoke_key(web.stores.engine, "crm")

    until(lambda: post(message("Lead")).status_code == 401)
    log = web.log.read_text()
    assert "route=/v1/hooks/salesforce/{connector}/{key} status=200" in log
    assert key[12:] not in log
