import json
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from pipeline.deliver.dry_run import DryRun
from pipeline.deliver.expected_calls import Calls
from pipeline.model.activation import Activation
from pipeline.records.catalog import Catalog, Hold
from pipeline.records.record_reading import destination as read_destination
from pipeline.responsys.connector import ResponsysConnector
from schemas.destination import ACTIONS

ACME = ResponsysConnector(
    name="acme",
    title="Acme",
    username="api_user",
    password="secret",
    auth_endpoint="https://login5.responsys.net",
    profile_list="CONTACTS_LIST",
    list_folder="Main",
    identifier_type="crm_id",
)
EVENT = {"action": "custom_event", "event": "LAPSED"}
EXPORT = {
    "action": "audience_export",
    "identifiers": {"crm_id": "CUSTOMER_ID_"},
    "match_column_1": "CUSTOMER_ID_",
    "columns": {"tier": "TIER", "city": "CITY_"},
    "memberships": {"lapsed-buyers": "LAPSED"},
}
EMAIL = {"action": "campaign_email", "campaign": "WELCOME"}
ORDERS = {
    "action": "supplemental_table",
    "folder": "Main",
    "table": "ORDERS",
    "columns": {"crm_id": "CUSTOMER", "tier": "TIER"},
    "key": ["CUSTOMER"],
    "on_remove": "delete",
}


def catalog(holds=None, **destinations):
    common = {"audience": "lapsed-buyers", "connector": "acme"}
    found = {
        name: read_destination(name, ACTIONS[options["action"]]().load({**common, **options}))
        for name, options in destinations.items()
    }
    return Catalog(1, {"acme": ACME}, found, holds or {})


def row(profile, call_type="ADD", identifiers=None, **variables):
    given = {"crm_id": f"C-{profile}", "email": f"{profile}@example.com"}
    return Activation(
        "lapsed-buyers", profile, call_type, given if identifiers is None else identifiers, variables
    )


def expect(*rows, **destination):
    """Return what would happen at one destination."""
    run = DryRun(catalog(d=destination), "lapsed-buyers")
    for each in rows:
        run.add(each)
    (expected,) = run.finish()
    return expected


def numbers(expected):
    return [(calls.step, calls.calls, calls.rows, calls.most) for calls in expected.calls.values()]


def test_rows_share_calls_until_these_are_full():
    expected = expect(*[row(f"p{n}", tier="gold") for n in range(401)], **EVENT)

    recipient = {"customerId": "…", "listName": {"objectName": "CONTACTS_LIST", "folderName": "Main"}}
    names = ("profileId", "callType", "tier")
    assert expected.rows == 401
    assert list(expected.calls.values()) == [
        Calls(
            step="event",
            function="triggerCustomEvent",
            method="POST",
            path="/rest/api/v1.3/events/LAPSED",
            body={
                "customEvent": {},
                "recipientData": [
                    {"recipient": recipient, "optionalData": [{"name": n, "value": "…"} for n in names]}
                ],
            },
            is_set_up=False,
            calls=3,
            rows=401,
            most=200,
        )
    ]


def test_a_call_holds_no_more_rows_than_is_configured():
    assert numbers(expect(*[row(f"p{n}") for n in range(5)], **EVENT, max_rows=2)) == [("event", 3, 5, 2)]


def test_three_sets_of_columns_make_three_merges_and_share_what_does_not_depend_on_them():
    rows = [
        row("p1", tier="gold"),
        row("p2", city="Ulm"),
        row("p3", tier="gold", city="Ulm"),
        row("p4", city="Bonn"),
    ]

    assert numbers(expect(*rows, **EXPORT)) == [
        ("merge", 1, 1, 1),
        ('table "Activation_Segments"', 1, 0, 0),
        ('table "Activation_Segments"', 1, 0, 0),
        ("memberships", 3, 4, 2),
        ("merge", 1, 2, 2),
        ("merge", 1, 1, 1),
    ]


def test_the_newest_state_of_a_profile_is_sent_once():
    expected = expect(row("p1", tier="gold"), row("p2"), row("p1", city="Ulm"), row("p2", "REMOVE"), **EXPORT)

    steps = [(calls.step, calls.rows, calls.body) for calls in expected.calls.values() if not calls.is_set_up]
    assert (expected.rows, expected.coalesced) == (2, 2)
    assert [(step, amount, body["recordData"]["fieldNames"]) for step, amount, body in steps] == [
        ("merge", 1, ["CUSTOMER_ID_", "CITY_", "TIER"]),
        ("memberships", 1, ["CUSTOMER_ID_", "LAPSED"]),
        ("memberships", 1, ["CUSTOMER_ID_", "LAPSED"]),
    ]


def test_a_profile_that_went_out_is_sent_again():
    assert numbers(expect(row("p1"), row("p1"), row("p1"), **ORDERS, max_rows=1)) == [("merge", 3, 3, 1)]


def test_events_of_one_profile_are_all_sent():
    assert expect(row("p1"), row("p1"), **EVENT).rows == 2


def test_leavers_are_deleted_one_by_one_and_their_keys_are_not_shown():
    expected = expect(row("p1", "REMOVE"), row("p2", "REMOVE"), **ORDERS)

    (calls,) = expected.calls.values()
    assert (calls.calls, calls.method, calls.path) == (
        2,
        "DELETE",
        "/rest/api/v1.3/folders/Main/suppData/ORDERS/members?qa=CUSTOMER&id=…",
    )


def test_who_gets_an_email_gets_it_once():
    expected = expect(row("p1"), row("p2"), row("p1"), row("p1", "UPDATE"), **EMAIL)

    assert (expected.rows, expected.repeated, numbers(expected)) == (2, 1, [("email", 1, 2, 2)])


@pytest.mark.parametrize(("api", "family"), [("sync", "api"), ("async", "asyncApi")])
def test_calls_go_to_the_api_that_the_destination_wants(api, family):
    (calls,) = expect(row("p1"), **EVENT, api=api).calls.values()

    assert calls.path == f"/rest/{family}/v1.3/events/LAPSED"


def test_rows_that_can_never_be_sent_are_named_for_each_destination():
    run = DryRun(catalog(event=EVENT, mail=EMAIL), "lapsed-buyers")

    assert run.add(row("p1", identifiers={"crm_id": "C-1"})) == {
        "mail": '"email" for EMAIL_ADDRESS_ is missing'
    }
    assert [(expected.rows, expected.invalid) for expected in run.finish()] == [(1, 0), (0, 1)]


def test_what_keeps_a_destination_from_sending_is_reported():
    hold = Hold("paused", "", "holidays", datetime.now(UTC))
    run = DryRun(catalog({("connector", "acme"): hold}, event=EVENT), "lapsed-buyers")

    (expected,) = run.finish()
    assert [(stop.scope, stop.kind, stop.reason) for stop in expected.stops] == [
        ("connector", "paused", "holidays")
    ]


def test_another_audience_is_nobodys():
    run = DryRun(catalog(event=EVENT), "new-buyers")

    assert run.finish() == []


@pytest.mark.parametrize("options", [EVENT, EXPORT, EMAIL, ORDERS], ids=lambda options: options["action"])
def test_no_value_is_shown(options):
    values = {"crm_id": "secret-1", "email": "secret-2@example.com"}
    rows = [row("secret-3", call, values, tier="secret-4", city="secret-5") for call in ("ADD", "REMOVE")]

    for each in rows:
        shown = [asdict(calls) for calls in expect(each, **options).calls.values()]
        assert "secret" not in json.dumps(shown)
