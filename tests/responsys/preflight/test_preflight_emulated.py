"""pipeline.responsys.preflight for every action, against the Responsys emulator."""

from dataclasses import replace

import pytest

from pipeline.model.field_shape import FieldShape
from pipeline.model.source import MembersSource
from pipeline.model.uses import Uses
from pipeline.records.kinds import bind
from pipeline.records.record_reading import destination as read_destination
from pipeline.responsys.client import Client
from pipeline.responsys.login import shared_tokens
from pipeline.responsys.preflight import Preflight
from pipeline.responsys.preflight.field_shapes import column_shapes
from pipeline.wire.session import open_session
from schemas.destination import ACTIONS
from tests.emulators.conftest import Emulator, running

COMMON = {"audience": "lapsed-buyers", "connector": "acme"}
EXPORT = {
    "action": "audience_export",
    "identifiers": {"crm_id": "CUSTOMER_ID_"},
    "match_column_1": "CUSTOMER_ID_",
}
EMAIL = {"action": "campaign_email", "campaign": "WELCOME"}
ORDERS = {
    "action": "supplemental_table",
    "folder": "Main",
    "table": "ORDERS",
    "columns": {"order": "ORDER_ID", "total": {"column": "TOTAL", "type": "NUMBER"}},
}


@pytest.fixture(scope="module")
def address():
    campaigns = ["--campaign", "WELCOME", "--campaign", "INTERNAL:STAFF"]
    tables = [
        "--table",
        "Main/ORDERS=ORDER_ID*,STATUS,TOTAL:NUMBER",
        "--table",
        "Else/VISITS=PAGE,SEEN:TIMESTAMP",
    ]
    lists = ["--list", "CONTACTS_LIST", "--list", "STAFF"]
    with running("--members", "1", *campaigns, *tables, *lists) as url:
        yield url


@pytest.fixture
def emulator(address):
    emulator = Emulator(address)
    with emulator.http:
        emulator.order("reset", {})
        yield emulator


@pytest.fixture
def acme(connector, address):
    return replace(connector, auth_endpoint=address, password="secret")


@pytest.fixture
def look(acme, emulator, redis, vault):
    """Returns what is found of destinations, apart from login, list and limits; nothing must break a rule."""

    def findings(*options, connector=acme, sources=()):
        destinations = [destination(n, **each) for n, each in enumerate(options, 1)]
        with open_session() as session:
            tokens = shared_tokens(redis, vault, take=lambda *_: 0.0, session=session)
            client = Client(connector, tokens, session=session)
            actions = [bind(connector.through(each), each) for each in destinations]
            found = Preflight(connector, actions, client, sources).findings()
        assert emulator.violations() == []
        return found

    return findings


def destination(number, **options):
    return read_destination(f"d{number}", ACTIONS[options["action"]]().load({**COMMON, **options}))


def about(found, *checks):
    return [(finding.ok, finding.text) for finding in found if finding.check in checks]


def test_all_that_an_export_names_is_there(look):
    fields = {"tier": "TIER", "points": {"column": "POINTS", "type": "NUMBER"}}
    columns = {"city": "CITY_", "tier": "TIER", "order": {"column": "LAST_ORDER", "type": "TIMESTAMP"}}

    found = look({**EXPORT, "columns": columns, "fields": fields, "fields_table": "LOYALTY"})

    assert about(found, "column", "table") == [
        (True, "column EMAIL_SHA256_HASH_ for hashed_email"),
        (True, 'destination "d1": the list has its 4 columns'),
        (True, 'destination "d1": table "LOYALTY" in folder "Main" has its 2 columns'),
    ]


def test_columns_that_are_missing_or_of_another_type_are_named_together(look):
    columns = {"tier": "TEAR", "points": {"column": "POINTS", "type": "STR25"}}
    fields = {"tier": "TIRE", "points": "POINTS"}

    found = look({**EXPORT, "columns": columns, "fields": fields, "fields_table": "LOYALTY"})

    assert about(found, "column", "table")[1:] == [
        (False, 'destination "d1": column POINTS of the list is NUMBER, not STR25'),
        (False, 'destination "d1": the list has no column TEAR; did you mean "TIER"?'),
        (False, 'destination "d1": column POINTS of table "LOYALTY" is NUMBER, not STR500'),
        (False, 'destination "d1": table "LOYALTY" has no column TIRE; did you mean "TIER"?'),
    ]


def test_tables_that_are_not_there_will_be_made(look):
    found = look({**EXPORT, "fields": ["tier"], "fields_table": "LOYALTI", "memberships": ["lapsed-buyers"]})

    will = 'it is not there and will be made in folder "Main"'
    assert about(found, "table") == [
        (True, f'destination "d1", table "LOYALTI": {will}; did you mean "LOYALTY"?'),
        (True, f'destination "d1", table "Activation_Segments": {will}'),
    ]


def test_a_table_in_another_folder_is_not_made_a_second_time(look):
    found = look({**EXPORT, "fields": ["tier"], "fields_table": "LOYALTY", "table_folder": "Else"})

    assert about(found, "table") == [
        (False, 'destination "d1": table "LOYALTY" is in folder "Main", not in "Else"')
    ]


def test_somebody_must_say_where_tables_are_made(look, acme):
    found = look({**EXPORT, "memberships": ["lapsed-buyers"]}, connector=replace(acme, list_folder=None))

    assert about(found, "table") == [
        (
            False,
            'destination "d1", table "Activation_Segments": it is not there, '
            'and "table_folder" does not say where to make it',
        )
    ]


def test_flags_go_into_columns_of_numbers_and_of_text_but_not_of_dates(look, emulator):
    columns = {"ONE": "NUMBER", "TWO": "STR25", "THREE": "TIMESTAMP"}
    table = {"name": "Activation_Segments", "fields": columns}
    emulator.order("extensions", {"list": "CONTACTS_LIST", "extensions": [table]})

    found = look({**EXPORT, "audience": "a", "memberships": {"a": "ONE", "b": "TWO", "c": "THREE"}})

    assert about(found, "table") == [
        (False, 'destination "d1": column THREE of table "Activation_Segments" is TIMESTAMP, not INTEGER')
    ]


def test_a_campaign_must_be_there_and_send_to_the_list(look):
    found = look(EMAIL, {**EMAIL, "campaign": "WELLCOME"}, {**EMAIL, "campaign": "INTERNAL"})

    assert about(found, "campaign") == [
        (True, 'destination "d1", campaign "WELCOME"'),
        (
            False,
            'destination "d2", campaign "WELLCOME": the account has no such campaign; '
            'did you mean "WELCOME"?',
        ),
        (False, 'destination "d3", campaign "INTERNAL": it sends to list "STAFF", not "CONTACTS_LIST"'),
    ]


@pytest.mark.parametrize("channel", ["sms", "push", "mms", "pushiocampaign"])
def test_a_campaign_must_send_email(look, emulator, channel):
    emulator.order("campaigns", {"campaigns": [{"name": "ALERT", "list": "CONTACTS_LIST", "type": channel}]})

    assert about(look({**EMAIL, "campaign": "ALERT"}), "campaign") == [
        (False, f'destination "d1", campaign "ALERT": it is of type {channel.upper()} and sends no e-mail')
    ]


def test_the_fields_table_of_a_campaign_takes_any_type(look):
    found = look({**EMAIL, "fields": {"points": "POINTS"}, "fields_table": "LOYALTY"})

    assert about(found, "table") == [
        (True, 'destination "d1": table "LOYALTY" in folder "Main" has its column')
    ]


def test_a_supplemental_table_has_its_columns_and_its_key(look):
    found = look(ORDERS, {**ORDERS, "key": ["ORDER_ID"], "on_remove": "delete"})

    assert about(found, "table") == [
        (True, f'destination "{name}": table "ORDERS" in folder "Main" has its 2 columns')
        for name in ("d1", "d2")
    ]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"table": "ORDER"}, ', table "ORDER": folder "Main" has no such table; did you mean "ORDERS"?'),
        ({"folder": "Else"}, ', table "ORDERS": it is in folder "Main", not in "Else"'),
        ({"columns": {"order": "ORDER_ID", "total": {"column": "TOTAL", "type": "STR25"}}},
         ': column TOTAL of table "ORDERS" is NUMBER, not STR25'),
        ({"columns": {"state": "STATUS"}},
         ': the primary key of table "ORDERS" is not among "columns": ORDER_ID'),
        ({"columns": {"order": "ORDER_ID", "state": "STATUS"}, "key": ["STATUS"]},
         ': the primary key of table "ORDERS" is ORDER_ID, not STATUS'),
        ({"match_columns": ["ORDER_ID"]},
         ': table "ORDERS" has a primary key (ORDER_ID): leave "match_columns" out'),
        ({"folder": "Else", "table": "VISITS", "columns": {"page": "PAGE"}},
         ': table "VISITS" has no primary key: say in "match_columns" how its rows are found'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_supplemental_table(look, options, problem):
    assert about(look({**ORDERS, **options}), "table") == [(False, f'destination "d1"{problem}')]


def test_a_list_that_is_missing_is_reported_of_once(look, acme):
    found = look({**EXPORT, "fields": ["tier"]}, EMAIL, connector=replace(acme, profile_list="CONTACT_LIST"))

    assert about(found, "list", "column", "table", "campaign") == [
        (False, 'the account has no list "CONTACT_LIST"; did you mean "CONTACTS_LIST"?'),
        (False, 'destination "d2", campaign "WELCOME": it sends to list "CONTACTS_LIST", not "CONTACT_LIST"'),
    ]


@pytest.mark.parametrize(("connectors", "destinations"), [("async", {}), ("sync", {"api": "async"})])
def test_the_asynchronous_api_is_tried_where_it_is_used(look, acme, connectors, destinations):
    found = look({**EMAIL, **destinations}, connector=replace(acme, api=connectors))

    assert about(found, "api") == [(True, "the asynchronous API answers")]
    assert (True, "pollRequests: 300 calls per minute, as the account says") in about(found, "limits")


def test_an_account_that_is_not_enabled_for_it_says_so(look, acme, emulator):
    emulator.order("behaviour", {"async_enabled": False})

    found = look(EMAIL, connector=replace(acme, api="async"))

    assert about(found, "api") == [
        (False, "api: ASYNC_API_DISABLED_FOR_USER: Async API is not enabled for this account")
    ]


def test_the_limits_of_all_functions_are_read(look):
    found = look(EXPORT, EMAIL, ORDERS, {"action": "custom_event", "event": "LAPSED"})

    assert about(found, "limits") == [
        (True, f"{function}: {limit} calls per minute, as the account says")
        for function, limit in [
            ("createProfileExtension", 10),
            ("deleteProfileExtensionMembers", 100),
            ("deleteSupplementalTableMember", 200),
            ("mergeListMembers", 400),
            ("mergeProfileExtensionMembers", 400),
            ("mergeSupplementalTableMembers", 200),
            ("mergeTriggerEmail", 200),
            ("retrieveProfileExtensions", 100),
            ("triggerCustomEvent", 200),
        ]
    ]


def test_a_look_changes_nothing_there(look, emulator):
    look({**EXPORT, "fields": ["tier"], "memberships": ["lapsed-buyers"]}, {**EMAIL, "api": "async"}, ORDERS)

    path = "/v1.3/lists/CONTACTS_LIST/listExtensions"
    tables = emulator.get(path, emulator.login()).json()
    assert [table["profileExtension"]["objectName"] for table in tables] == ["LOYALTY"]
    assert emulator.ask("outbox")["messages"] == []


def members(**columns):
    given = {"columns": {"TIER": "tier"}, **columns}
    return MembersSource(name="members", every=15, connector="acme", **given)


def test_columns_of_members_are_there(look):
    found = look(sources=[members(fields_table="LOYALTY", fields={"POINTS": "points"})])

    assert about(found, "source") == [(True, 'source "members": all columns that it reads are there (2)')]


def test_columns_of_members_that_are_missing_are_named(look):
    found = look(
        sources=[
            members(columns={"TEAR": "tier"}, fields_table="LOYALTY", fields={"POINT": "points"}),
            members(fields_table="LOYALITY", fields={"POINTS": "points"}),
        ]
    )

    assert about(found, "source") == [
        (False, 'source "members": the list has no column TEAR; did you mean "TIER"?'),
        (False, 'source "members": table "LOYALTY" has no column POINT; did you mean "POINTS"?'),
        (False, 'source "members": the list has no extension table "LOYALITY"; did you mean "LOYALTY"?'),
    ]


def test_shapes_of_columns_that_are_used(acme, emulator, redis, vault):
    options = {**EXPORT, "columns": {"tier": "TIER", "lost": "LOST"}, "fields": {"points": "POINTS"}}
    export = destination(1, **options, fields_table="LOYALTY")
    with open_session() as session:
        tokens = shared_tokens(redis, vault, take=lambda *_: 0.0, session=session)
        client = Client(acme, tokens, session=session)
        uses = Uses([bind(acme, export), bind(acme, destination(2, **ORDERS))], [members()])
        found = column_shapes(acme, uses, client)

    assert found == {
        "column CUSTOMER_ID_ of the list": FieldShape("STR", 255),
        "column TIER of the list": FieldShape("STR", 500),
        'column POINTS of table "LOYALTY"': FieldShape("NUMBER"),
        'column ORDER_ID of table "ORDERS"': FieldShape("STR", 500),
        'column TOTAL of table "ORDERS"': FieldShape("NUMBER"),
    }
