"""The client and its action against the Responsys emulator, in a process of its own."""

from dataclasses import replace

import pytest

from pipeline.errors import CallError, Held, OutcomeUnknown, Refused, RetryLater, Throttled
from pipeline.lanes import limits
from pipeline.model.call import Rejection
from pipeline.model.finding import Finding
from pipeline.responsys.actions.custom_event import CustomEvent
from pipeline.responsys.client import Client
from pipeline.responsys.login import shared_tokens
from pipeline.responsys.looking import member_columns, program_runs
from pipeline.responsys.preflight import Preflight
from pipeline.responsys.ratelimit import read_limits
from pipeline.wire.session import open_session
from tests.emulators.conftest import Emulator, running


@pytest.fixture(scope="module")
def address():
    with running("--members", "200", "--window", "1000000000") as url:
        yield url


@pytest.fixture
def emulator(address):
    emulator = Emulator(address)
    emulator.order("reset", {})
    with emulator.http:
        yield emulator


@pytest.fixture
def connector(connector, address):
    return replace(connector, auth_endpoint=address, password="secret")


@pytest.fixture
def tokens(redis, vault):
    with open_session() as session:
        yield shared_tokens(redis, vault, take=lambda *_: 0.0, session=session)


@pytest.fixture
def client(connector, tokens, read_timeout):
    with open_session() as session:
        yield Client(connector, tokens, session=session, read_timeout=read_timeout)


@pytest.fixture
def trigger(connector, destination, client):
    """Sends rows as one call and reads their verdicts."""

    def send(*rows, connector=connector, destination=destination):
        (step,) = CustomEvent(connector, destination).steps(rows)
        return step.verdicts(rows, client.send(step.call(rows)))

    return send


@pytest.fixture
def row(make_activation):
    """A row about one of the emulator's people."""

    def make(number=0, **variables):
        return make_activation({"email": f"demo-{number}@example.com"}, variables, profile=f"p-{number}")

    return make


def processed(emulator):
    """What the emulator did, whether or not its answer arrived."""
    return emulator.ask("ledger?detail=1")["calls"]


def test_200_people_are_found_by_their_hashed_addresses(emulator, trigger, row):
    assert trigger(*[row(number) for number in range(200)]) == [None] * 200
    assert [call["recipients"] for call in processed(emulator)] == [200]
    assert emulator.violations() == []


def test_variables_arrive_as_they_were_rendered(emulator, trigger, row):
    trigger(row(1, city="Zürich 🚀", points=7, ratio=0.1, vip=True, none=None, quoted='"\\\n'))

    assert processed(emulator)[0]["rows"][0]["optionalData"] == {
        "profileId": "p-1",
        "callType": "ADD",
        "city": "Zürich 🚀",
        "points": "7",
        "ratio": "0.1",
        "vip": "true",
        "none": None,
        "quoted": '"\\\n',
    }
    assert emulator.violations() == []


@pytest.mark.parametrize(("kind", "column"), [("riid", "RIID_"), ("crm_id", "CUSTOMER_ID_")])
def test_people_are_found_by_other_identifiers(emulator, connector, trigger, make_activation, kind, column):
    person = emulator.get(
        "/v1.3/lists/CONTACTS_LIST/members?qa=e&id=demo-3@example.com&fs=" + column, emulator.login()
    ).json()["recordData"]["records"][0][0]

    rows = [make_activation({kind: person}), make_activation({kind: "999999999"})]
    assert trigger(*rows, connector=replace(connector, identifier_type=kind)) == [
        None,
        Rejection("NO_RECIPIENT_FOUND", "Recipient Not Found"),
    ]


def test_a_list_in_another_folder_is_reported_of_every_row(trigger, connector, row):
    assert trigger(row(), connector=replace(connector, list_folder="Else")) == [Rejection("FOLDER_NOT_FOUND")]


def test_an_event_that_is_not_defined_holds_the_destination(trigger, destination, row):
    with pytest.raises(Held, match="CUSTOM_EVENT_NOT_FOUND") as caught:
        trigger(row(), destination=replace(destination, options={"event": "[TEST] a/b?ü"}))
    assert caught.value.scope == "destination"


def test_an_event_with_an_odd_name_is_found(emulator, trigger, destination, row):
    emulator.order("events", {"events": ["[TEST] a/b?ü"]})

    assert trigger(row(), destination=replace(destination, options={"event": "[TEST] a/b?ü"})) == [None]


@pytest.mark.parametrize("action", ["expire", "forget"])
def test_a_token_that_ends_is_replaced_and_the_call_done_once(emulator, client, trigger, row, action):
    client.ready()
    emulator.order("tokens", {"action": action})

    assert trigger(row()) == [None]
    assert len(processed(emulator)) == 1


def test_a_token_that_ends_is_replaced_for_the_limits_too(emulator, client):
    """This page alone answers with a 500."""
    client.ready()
    emulator.order("tokens", {"action": "forget"})

    assert read_limits(client)["triggerCustomEvent"] == 200


def test_a_bad_password_is_tried_once(emulator, tokens, connector):
    wrong = replace(connector, password="wrong")

    for _ in range(3):
        with pytest.raises(Held, match="INVALID_USER_NAME_PASSWORD"):
            tokens.get(wrong)

    assert emulator.ask("summary")["calls"] == [
        {"account": "demo", "function": "login", "outcome": "INVALID_USER_NAME_PASSWORD", "calls": 1}
    ]


def log_in_eleven_times(tokens, connector):
    for _ in range(11):
        tokens.log_in(connector)


def test_logins_keep_to_the_limit_by_themselves(emulator, redis, vault, connector):
    with open_session() as session, pytest.raises(Throttled) as caught:
        log_in_eleven_times(shared_tokens(redis, vault, take=limits.take, session=session), connector)

    assert (caught.value.scope, 0 < caught.value.delay < 60) == ("login", True)
    assert [call["outcome"] for call in emulator.ask("summary")["calls"]] == ["answered"]


@pytest.mark.parametrize("status", [400, 401, 429])
def test_a_used_up_limit_pauses_the_function(emulator, trigger, row, status):
    emulator.order("limits", {"limits": {"triggerCustomEvent": 1}})
    emulator.order("behaviour", {"limit_status": status})
    trigger(row())

    with pytest.raises(Throttled, match="API_LIMIT_EXCEEDED") as caught:
        trigger(row())
    assert caught.value.scope == "function"


@pytest.mark.parametrize("status", [400, 500, 503])
def test_exhausted_capacity_pauses_the_account(emulator, trigger, row, status):
    emulator.order("behaviour", {"capacity_status": status})
    emulator.order("faults", [{"kind": "capacity", "function": "triggerCustomEvent", "seconds": 60}])

    with pytest.raises(Throttled, match="INTERNAL_CAPACITY_LIMIT_EXCEEDED") as caught:
        trigger(row())
    assert caught.value.scope == "account"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "close"}, "OutcomeUnknown"),
        ({"kind": "close", "when": "after"}, "OutcomeUnknown"),
        ({"kind": "truncate"}, "OutcomeUnknown"),
        ({"kind": "html"}, "OutcomeUnknown"),
        ({"kind": "html", "when": "after", "status": 504}, "OutcomeUnknown"),
        ({"kind": "html", "status": 200}, "OutcomeUnknown"),
        ({"kind": "short"}, "OutcomeUnknown"),
        ({"kind": "long"}, "OutcomeUnknown"),
        ({"kind": "error", "errorCode": "DUPLICATE_API_REQUEST"}, "OutcomeUnknown"),
        ({"kind": "hang"}, "Timeout"),
        ({"kind": "hang", "when": "after"}, "Timeout"),
    ],
)
def test_a_call_without_a_fitting_answer_is_unknown_and_not_repeated(emulator, trigger, row, fault, code):
    emulator.order("faults", [{"function": "triggerCustomEvent", "times": 1, **fault}])

    with pytest.raises(OutcomeUnknown) as caught:
        trigger(row(0), row(1))

    assert caught.value.code == code
    assert emulator.ask("faults")[0]["seen"] == 1


def test_results_in_another_order_are_noticed_where_riids_were_sent(
    emulator, connector, trigger, make_activation
):
    records = [
        emulator.get(
            f"/v1.3/lists/CONTACTS_LIST/members?qa=e&id=demo-{n}@example.com&fs=RIID_", emulator.login()
        )
        for n in range(2)
    ]
    riids = [record.json()["recordData"]["records"][0][0] for record in records]
    emulator.order("faults", [{"kind": "reorder", "function": "triggerCustomEvent"}])

    with pytest.raises(OutcomeUnknown, match="another recipient"):
        trigger(
            *[make_activation({"riid": riid}) for riid in riids],
            connector=replace(connector, identifier_type="riid"),
        )


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "html", "status": 404}, RetryLater),
        ({"kind": "error", "errorCode": "SERVICE_UNAVAILABLE", "status": 503}, RetryLater),
        ({"kind": "error", "errorCode": "UNEXPECTED_EXCEPTION", "status": 500}, RetryLater),
        ({"kind": "error", "errorCode": "UNRECOVERABLE_EXCEPTION", "status": 500}, RetryLater),
        ({"kind": "error", "errorCode": "INVALID_PARAMETER"}, Refused),
        ({"kind": "error", "errorCode": "API_BLOCKED"}, Held),
    ],
)
def test_a_refused_call_was_not_done(emulator, trigger, row, fault, error):
    emulator.order("faults", [{"function": "triggerCustomEvent", **fault}])

    with pytest.raises(error):
        trigger(row())
    assert processed(emulator) == []


def test_a_preflight_finds_everything_in_its_place(connector, destination, client, address, emulator):
    assert Preflight(connector, [CustomEvent(connector, destination)], client).findings() == [
        Finding("login", True, f"logged in, calls go to {address}"),
        Finding("list", True, 'list "CONTACTS_LIST" is in folder "Main"'),
        Finding("column", True, "column EMAIL_SHA256_HASH_ for hashed_email"),
        Finding("event", True, 'destination "lapsed-event", event "LAPSED"'),
        Finding("limits", True, "triggerCustomEvent: 200 calls per minute, as the account says"),
    ]


@pytest.mark.parametrize(
    ("status", "runs"), [("RUNNING", True), ("RUNNING_WITH_ERRORS", True), ("NOT_RUNNING", False)]
)
def test_a_programme_tells_whether_it_runs(emulator, client, status, runs):
    emulator.order("programs", {"programs": {"NURTURE": status}})

    assert program_runs(client.send, "NURTURE") is runs
    assert program_runs(client.send, "NO_SUCH") is False
    assert emulator.violations() == []


def test_columns_of_members_are_read_200_at_once(emulator, connector, client):
    emulator.order("members", {"members": [{"email": "Ada@example.com", "fields": {"FIRST_NAME": "Ada"}}]})
    ids = ["ada@example.com", "nobody@example.com", *(f"demo-{number}@example.com" for number in range(198))]

    found = member_columns(connector, client.send, "email", ids, ["FIRST_NAME"])

    assert found["ada@example.com"] == {"FIRST_NAME": "Ada"}
    assert found["demo-7@example.com"] == {"FIRST_NAME": None}
    assert len(found) == 199
    assert member_columns(connector, client.send, "email", ["nobody@example.com"], ["FIRST_NAME"]) == {}
    assert emulator.violations() == []


def test_a_column_that_there_is_not_is_refused(connector, client):
    with pytest.raises(CallError, match="INVALID_FIELD_NAME"):
        member_columns(connector, client.send, "email", ["demo-7@example.com"], ["NO_SUCH"])
