"""`/v1/hooks/responsys`: events are stored before they are acknowledged, and their sources run at once."""

import json

import pytest
from sqlalchemy import delete, select

from pipeline.operate.activity import SYSTEM
from pipeline.operate.hook_keys import create_hook_key
from pipeline.operate.keys import revoke_key
from pipeline.stores.hook_tables import hook_events
from pipeline.stores.people_tables import handles
from tests.emulators.conftest import address as address
from tests.emulators.conftest import responsys as responsys
from tests.emulators.conftest import token as token
from tests.processes.environment import until

ADDRESS = "ada@example.com"
CLICK = {"riid": "7", "campaignId": "31", "channelType": "Email", "failureType": "EMAIL_CLICKED"}
BOUNCE = {**CLICK, "riid": "8", "recipient": ADDRESS, "failureType": "EMAIL_BOUNCED"}
OPT_OUT = {"riid": "7", "channelType": "Email", "failureType": "EMAIL_OPTOUT", "optionalData": None}
CONNECTOR = {
    "kind": "responsys", "name": "Acme", "username": "api_user", "password": "password",
    "auth_endpoint": "http://127.0.0.1:9", "profile_list": "CONTACTS_LIST", "identifier_type": "riid",
}  # fmt: skip
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def web(start, database):
    web = start(environ=database)
    web.stores.records.apply({"connectors": {"acme": CONNECTOR, "other": {**CONNECTOR, "username": "two"}}})
    return web


@pytest.fixture(scope="module")
def key(web):
    return create_hook_key(web.stores.engine, web.stores.records.load(), "acme", SYSTEM)[1]


@pytest.fixture
def post(web, key):
    """Posts to the hook, by a key that the web process knows by now; nothing is stored before."""

    def post(body, connector="acme", user="acme", password=key, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        path, given = f"/v1/hooks/responsys/{connector}", {**JSON, **headers}
        return web.call("POST", path, None, data=data, auth=(user, password), headers=given)

    until(lambda: post([]).status_code == 200)
    with web.stores.events.begin() as connection:
        connection.execute(delete(hook_events))
    return post


@pytest.fixture
def stored(web):
    def stored():
        with web.stores.events.connect() as connection:
            query = select(hook_events.c.word, hook_events.c.connector).order_by(hook_events.c.id)
            return [tuple(row) for row in connection.execute(query)]

    return stored


def test_unknown_types_are_counted_by_a_bounded_set_of_words(web, post, key):
    def told():
        types = "EMAIL_FORWARDED", "ada@example.com", "EMAIL_FORWARDED", "0612345678"
        return [{**CLICK, "failureType": word, "riid": str(number)} for number, word in enumerate(types, 50)]

    post(told())

    status = web.call("GET", "/v1/status", "read").json()
    (trouble,) = [one["text"] for one in status["troubles"] if "unknown types" in one["text"]]
    assert status["unknown_hook_types"]["acme"].items() >= {"EMAIL_FORWARDED": 2}.items()
    assert status["unknown_hook_types"]["acme"]["other"] >= 1
    assert (
        'connector "acme": webhooks told events of unknown types within a day: EMAIL_FORWARDED (2)' in trouble
    )
    assert "example.com" not in str(status)


def test_events_are_stored_once_and_bad_ones_told_with_their_positions(post, stored):
    body = [CLICK, "click", OPT_OUT, {**OPT_OUT, "failureType": "FAX"}]

    first, again = post(body), post(body)

    refused = {"refused": [{"position": 1, "reason": "it is no object"}], "refused_left_out": 0}
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == {"stored": 3, "known": 0, "unknown_types": 1, **refused}
    assert again.json() == {"stored": 0, "known": 3, "unknown_types": 1, **refused}
    assert stored() == [("CLICK", "acme"), ("OPT_OUT", "acme"), ("FAX", "acme")]


def test_a_body_of_bad_elements_alone_is_not_sent_again(post, stored):
    answer = post([{}] * 1_002)

    assert (answer.status_code, answer.json()["refused_left_out"], stored()) == (200, 2, [])


def test_one_object_and_objects_between_commas_are_taken(post, stored):
    assert post(CLICK).json()["stored"] == 1
    both = f"{json.dumps(BOUNCE)},{json.dumps(OPT_OUT)}".encode()
    assert post(both, **{"Content-Type": "text/plain"}).json()["stored"] == 2
    assert [word for word, _ in stored()] == ["CLICK", "BOUNCE", "OPT_OUT"]


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"user": "other"},
        {"connector": "other"},
        {"connector": "other", "user": "other"},
        {"connector": "nowhere"},
    ],
)
def test_a_key_counts_for_its_connector_alone(post, stored, changes):
    """After ten wrong keys within a minute, also those of the fixture's waiting, further ones get 429."""
    answer = post([CLICK], **changes)

    assert (answer.status_code in (401, 429), stored()) == (True, [])
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert answer.json()["type"] == "/problems/unauthenticated"


def test_without_credentials_basic_is_asked_for(web, key):
    for headers in ({}, {"Authorization": f"Bearer {key}"}, {"Authorization": "Basic ?"}):
        answer = web.call("POST", "/v1/hooks/responsys/acme", None, data=b"[]", headers=headers)
        assert (answer.status_code, answer.headers["WWW-Authenticate"][:5]) == (401, "Basic")


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"{", 400), (b"[" + b" " * 2**20 + b"]", 413), (b" " * 2**21, 413)]
)
def test_a_body_that_cannot_be_read_is_refused(post, stored, body, status):
    answer = post(body)

    assert (answer.status_code, stored()) == (status, [])
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_responsys_verifies_the_hook_and_tells_its_events(web, post, stored, key, responsys, token):
    url = f"{web.url}/v1/hooks/responsys/acme"
    basic = {"type": "B", "data": {"userName": "acme", "password": key}}
    callback = {"name": "acme", "url": url, "batchSize": 200, "authentication": basic}
    subscription = {"name": "all", "callBackName": "acme", "eventTypes": ["EMAIL_OPTOUT", "EMAIL_CLICKED"]}
    assert responsys.post("/notifications/callbacks", token, callback).status_code == 200
    assert responsys.get("/v1.3/notifications/callbacks/acme/actions/verify", token).status_code == 200
    assert responsys.post("/notifications/subscriptions", token, subscription).status_code == 200

    riids = [100_000_001, 100_000_002]
    responsys.order("reactions", {"type": "EMAIL_OPTOUT", "riids": riids})
    responsys.order("reactions", {"type": "EMAIL_CLICKED", "riids": riids, "campaign": "WELCOME"})

    until(lambda: responsys.ask("webhooks")["waiting"] == 0)
    assert stored() == [("OPT_OUT", "acme")] * 2 + [("CLICK", "acme")] * 2


def test_a_key_is_also_the_users_name_and_no_address_is_kept(web, post, stored):
    catalog = web.stores.records.load()
    second, text = create_hook_key(web.stores.engine, catalog, "acme", SYSTEM)
    until(lambda: post([BOUNCE, {"recipient": ADDRESS}], user=second.name, password=text).status_code == 200)

    assert stored() == [("BOUNCE", "acme")]
    with web.stores.events.connect() as connection:
        assert set(connection.scalars(select(handles.c.label))) == {None}
    revoke_key(web.stores.engine, second.name)
    until(lambda: post([], user=second.name, password=text).status_code in (401, 429))
    log = web.log.read_text()
    assert "route=/v1/hooks/responsys/{connector} status=200" in log
    assert (ADDRESS in log, text[12:] in log) == (False, False)
