"""pipeline.salesforce.client, against the emulator as a process."""

from dataclasses import replace

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from pipeline.errors import Held, Misconfigured, OutcomeUnknown, RetryLater, Throttled
from pipeline.model.call import Call
from pipeline.salesforce.calls import reading
from pipeline.salesforce.grants import read_private_key
from pipeline.salesforce.login import grant
from pipeline.salesforce.org_notes import version_ends
from pipeline.stores import allowances
from tests.salesforce.keys import EC_KEY, PUBLIC_PEM, RSA_KEY, SHORT_KEY

PATH = "/query?q=SELECT+Id+FROM+Lead"


def create(connector):
    body = {"LastName": "Lovelace", "Company": "Engines"}
    return Call(function="calls", path=f"{connector.base}/sobjects/Lead", body=body)


def test_one_login_serves_all_clients_of_an_app(org, client_of, connector):
    for _ in range(3):
        client_of().send(reading(connector, PATH))

    assert org.ask("summary")["logins"] == 1


def test_two_apps_of_an_org_have_tokens_of_their_own(org, client_of, connector):
    org.order("apps", [{"client_id": name, "client_secret": "s"} for name in ("one", "two")])
    for name in ("one", "two", "one"):
        client_of(client_id=name, client_secret="s").send(reading(connector, PATH))

    assert org.ask("summary")["logins"] == 2
    assert replace(connector, client_id="one").account == replace(connector, client_id="two").account


def test_a_revoked_token_is_replaced_once_and_the_call_repeated_as_it_was(org, client_of, connector):
    client = client_of()
    client.send(reading(connector, PATH))
    org.order("tokens", {})

    answer = client.send(create(connector))
    assert answer["success"] is True
    (call,) = org.ask("ledger?function=create&detail=1")["calls"]
    assert call["client"] == "activation"
    assert org.ask("summary")["logins"] == 2


def test_a_fresh_token_that_is_refused_too_does_not_loop(org, client_of, connector):
    org.order("tokens", {"calls": 0})

    with pytest.raises(RetryLater, match="INVALID_SESSION_ID"):
        client_of().send(reading(connector, PATH))
    assert org.ask("summary")["logins"] == 2


def test_new_tokens_that_are_refused_time_after_time_hold_the_connector(org, client_of, connector):
    org.order("tokens", {"calls": 0})
    client = client_of()
    with pytest.raises(RetryLater, match="INVALID_SESSION_ID"):
        client.send(reading(connector, PATH))

    with pytest.raises(Held, match=r"INVALID_SESSION_ID.*look at the app's policies") as held:
        client.send(reading(connector, PATH))
    assert held.value.scope == "connector"
    assert org.ask("summary")["logins"] == 4


def test_a_token_that_was_accepted_in_between_starts_the_count_anew(org, client_of, connector):
    client = client_of()
    for _ in range(2):
        org.order("tokens", {"calls": 0})
        with pytest.raises(RetryLater, match="INVALID_SESSION_ID"):
            client.send(reading(connector, PATH))
        org.order("tokens", {"calls": 9})
        client.send(reading(connector, PATH))


def test_writes_run_no_assignment_rules(org, client_of, connector):
    client_of().send(create(connector))

    (lead,) = org.ask("records?object=Lead")["records"]
    assert lead["LastModifiedById"] == org.ask("org")["api_user"]


@pytest.mark.parametrize(
    ("form", "code", "advice"),
    [
        ({"client_secret": "wrong"}, "invalid_client", "client_secret"),
        ({"client_id": "nobody"}, "invalid_client_id", "client_id"),
    ],
)
def test_a_refused_login_holds_the_connector_and_says_what_mends_it(org, client_of, form, code, advice):
    with pytest.raises(Held, match=advice) as caught:
        client_of(**form).log_in()
    assert (caught.value.scope, caught.value.code) == ("connector", code)


def test_an_app_without_a_user_to_run_as(org, client_of):
    org.order("apps", [{"client_id": "app", "client_secret": "s", "has_run_as_user": False}])

    with pytest.raises(Held, match="give the app a user to run as"):
        client_of(client_id="app", client_secret="s").log_in()


def test_a_login_by_jwt(org, client_of, process):
    org.order("apps", [{"client_id": "app", "public_key": PUBLIC_PEM}])
    jwt = {"login": "jwt", "client_id": "app", "username": "integration@acme.example", "client_secret": ""}

    assert client_of(**jwt, private_key=RSA_KEY).log_in() == process
    with pytest.raises(Held, match="leave audience out"):
        client_of(**jwt, private_key=RSA_KEY, audience="https://login.salesforce.com").log_in()


@pytest.mark.parametrize(
    ("key", "reason"),
    [(EC_KEY, "must be an RSA key"), (SHORT_KEY, "1024 bits"), ("ssh-rsa AAAA", "is no key in PEM")],
)
def test_keys_that_salesforce_does_not_take(key, reason):
    with pytest.raises(Misconfigured, match=reason):
        read_private_key(key)


def test_the_daily_limit_and_too_many_long_calls(org, client_of, connector):
    client = client_of()
    client.ready()
    org.order("behaviour", {"daily_maximum": 0})
    with pytest.raises(Throttled) as daily:
        client.send(reading(connector, PATH))

    org.order("behaviour", {"daily_maximum": 100})
    text = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    fault = {"kind": "error", "errorCode": "REQUEST_LIMIT_EXCEEDED", "status": 403, "detail": text}
    org.order("faults", [fault])
    with pytest.raises(Throttled) as concurrent:
        client.send(reading(connector, PATH))
    assert (daily.value.scope, daily.value.delay, concurrent.value.delay) == ("account", 3600, 30)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "error", "errorCode": "SERVER_UNAVAILABLE", "status": 503}, RetryLater),
        ({"kind": "html", "status": 502}, RetryLater),
        ({"kind": "error", "errorCode": "UNKNOWN_EXCEPTION", "status": 500}, OutcomeUnknown),
        ({"kind": "close", "when": "after"}, OutcomeUnknown),
        ({"kind": "truncate"}, OutcomeUnknown),
        ({"kind": "error", "errorCode": "INVALID_FIELD", "status": 400}, Held),
    ],
)
def test_a_write_that_fails(org, client_of, connector, fault, error):
    client = client_of()
    client.ready()
    org.order("faults", [fault | {"function": "create"}])

    with pytest.raises(error):
        client.send(create(connector))


def test_a_reading_without_an_answer_may_be_repeated(org, client_of, connector):
    client = client_of()
    client.ready()
    org.order("faults", [{"kind": "truncate", "function": "query"}])

    with pytest.raises(RetryLater):
        client.send(reading(connector, PATH))


def test_the_use_of_the_org_is_in_every_answer(org, client_of, connector):
    org.order("behaviour", {"used_by_others": 60_000})
    client = client_of()
    client.send(reading(connector, PATH))

    assert (client.use.used, client.use.most) == (60_001, 100_000)
    assert client.use.allowance(connector) == 833  # (80,000 - 60,001) / 24 is less than 25,000 / 24


def test_what_an_answer_tells_is_known_to_all_workers(org, client_of, redis, connector):
    org.order("behaviour", {"used_by_others": 40})
    client_of().send(reading(connector, PATH))

    assert redis.hget(f"allowances:{connector.account}", "calls") == b"41/100000"
    assert 0 < redis.pttl(f"told:{connector.account}") <= 300_000


def test_a_refusal_tells_the_use_too(org, client_of, redis, connector):
    client = client_of()
    client.ready()
    org.order("behaviour", {"daily_maximum": 0})
    with pytest.raises(Throttled):
        client.send(reading(connector, PATH))

    assert redis.hget(f"allowances:{connector.account}", "calls") == b"0/0"


def test_the_end_of_a_version_is_noted_until_an_answer_says_nothing_of_it(org, client_of, redis, connector):
    client, other = client_of(), client_of(version="65.0")
    org.order("behaviour", {"deprecated_below": 66})
    other.send(reading(other.connector, PATH))
    client.send(reading(connector, PATH))
    ends = [version_ends(redis, each.connector) for each in (client, other)]
    org.order("behaviour", {"deprecated_below": 0})
    other.send(reading(other.connector, PATH))

    assert ends == [False, True]
    assert not version_ends(redis, other.connector)


def test_an_answer_counts_though_its_use_cannot_be_noted(org, client_of, connector, monkeypatch):
    monkeypatch.setattr(allowances, "note", unreachable)

    assert client_of().send(reading(connector, "/limits"))


def unreachable(*_, **__):
    raise RedisConnectionError("away")


def test_an_org_that_is_served_by_another_host_is_not_followed():
    answer = {"access_token": "00D!AQ", "instance_url": "https://other.my.salesforce.com"}

    with pytest.raises(Held, match="give its instance_url as host"):
        grant(answer, "https://acme.my.salesforce.com")
