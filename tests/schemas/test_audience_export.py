"""schemas.audience_export; the rules for names are Oracle's List_DataTypeFieldname.htm."""

import pytest
from marshmallow import ValidationError

from schemas.audience_export import AudienceExport
from schemas.configuration import ConfigurationSchema
from schemas.document import paths

LEAST = {
    "audience": "lapsed-buyers",
    "connector": "acme",
    "action": "audience_export",
    "identifiers": {"crm_id": "CUSTOMER_ID_", "email": "EMAIL_ADDRESS_"},
    "match_column_1": "CUSTOMER_ID_",
}
BOTH = {"fields": ["tier"], "memberships": ["lapsed-buyers"]}
HASH = {"identifiers": {"hashed_email": "EMAIL_SHA256_HASH_"}, "match_column_1": "EMAIL_SHA256_HASH_"}
THERE_ARE = (
    "there are: CUSTOMER_ID_, EMAIL_ADDRESS_, EMAIL_MD5_HASH_, EMAIL_SHA256_HASH_, MOBILE_NUMBER_, RIID_"
)


def load(**changes):
    given = {**LEAST, **changes}
    return AudienceExport().load({key: value for key, value in given.items() if value is not ...})


def problems(**changes):
    with pytest.raises(ValidationError) as caught:
        load(**changes)
    return paths(caught.value.messages)


def test_what_is_left_out_has_a_default():
    assert load() == {
        **LEAST,
        "max_rows": 200,
        "max_age": 600,
        "match_column_2": None,
        "columns": {},
        "insert_on_no_match": False,
        "update_on_match": "REPLACE_ALL",
        "permission": "unchanged",
        "permission_channel": "email",
        "new_members": None,
        "fields": {},
        "fields_table": None,
        "memberships": {},
        "memberships_table": "Activation_Segments",
        "table_folder": None,
        "extension_identifiers": ["CUSTOMER_ID_", "EMAIL_ADDRESS_", "RIID_"],
        "on_remove": "nothing",
        "call_types": ["ADD", "UPDATE"],
        "existing_members": True,
    }


def test_everything_may_be_given():
    given = {
        **LEAST,
        "max_rows": 100,
        "max_age": 60,
        "match_column_2": "EMAIL_ADDRESS_",
        "columns": {
            "city": {"column": "CITY_", "null": "blank"},
            "born": {"column": "BORN", "type": "TIMESTAMP", "default": "1970-01-01T00:00:00Z"},
        },
        "insert_on_no_match": True,
        "update_on_match": "NO_UPDATE",
        "permission": "consent",
        "permission_channel": "mobile",
        "new_members": "optout",
        "fields": {"points": {"column": "POINTS", "type": "INTEGER", "default": 0}},
        "fields_table": "Fields",
        "memberships": {"lapsed-buyers": "LAPSED", "vip": "VIP"},
        "memberships_table": "Segments",
        "table_folder": "Tables",
        "extension_identifiers": ["RIID_", "CUSTOMER_ID_"],
        "on_remove": "blank",
        "call_types": ["ADD", "UPDATE", "REMOVE"],
        "existing_members": False,
    }

    assert load(**given) == given


@pytest.mark.parametrize("options", [{}, BOTH, {**BOTH, "on_remove": "delete_row"}])
def test_what_was_loaded_loads_again(options):
    """Otherwise what ``activation export`` writes could not be applied."""
    loaded = load(**options)

    assert load(**{key: value for key, value in loaded.items() if value is not None}) == loaded


@pytest.mark.parametrize(
    ("changes", "way", "taken"),
    [
        ({}, "nothing", ["ADD", "UPDATE"]),
        ({"fields": ["tier"]}, "nothing", ["ADD", "UPDATE"]),
        ({"memberships": ["lapsed-buyers"]}, "flag", ["ADD", "UPDATE", "REMOVE"]),
        ({**BOTH, "on_remove": "nothing"}, "nothing", ["ADD", "UPDATE"]),
        ({**BOTH, "on_remove": "blank"}, "blank", ["ADD", "UPDATE", "REMOVE"]),
        ({**BOTH, "call_types": ["ADD", "REMOVE"]}, "flag", ["ADD", "REMOVE"]),
    ],
)
def test_those_who_leave_are_taken_where_something_is_done_to_them(changes, way, taken):
    loaded = load(**changes)

    assert (loaded["on_remove"], loaded["call_types"]) == (way, taken)


@pytest.mark.parametrize("name", ["CUSTOMER_ID_", "CUSTOMER_ID", "customer_id"])
def test_identifier_columns_are_known_with_and_without_their_underscore(name):
    assert load(match_column_1=name, extension_identifiers=[name]) == load(
        extension_identifiers=["CUSTOMER_ID_"]
    )


def test_partner_numbers_stand_for_their_identifiers():
    assert load(identifiers={"2001": "CUSTOMER_ID_"})["identifiers"] == {"crm_id": "CUSTOMER_ID_"}


@pytest.mark.parametrize(("given", "loaded"), [(True, "REPLACE_ALL"), (False, "NO_UPDATE")])
def test_updating_is_a_yes_or_no(given, loaded):
    assert load(update_on_match=given)["update_on_match"] == loaded


def test_a_column_alone_stands_for_a_table_that_skips_nulls():
    assert load(columns={"city": "city_"}, fields={"tier": "Tier", "points": {"type": "INTEGER"}}) == load(
        columns={"city": {"column": "CITY_", "null": "skip"}},
        fields={
            "tier": {"column": "TIER", "type": "STR500", "null": "skip"},
            "points": {"column": "POINTS", "type": "INTEGER", "null": "skip"},
        },
    )


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("lapsed-buyers", "LAPSED_BUYERS"),
        ("Käufer, die fehlen!", "KAUFER_DIE_FEHLEN"),
        ("last seen > 90 days", "LAST_SEEN_90_DAYS"),
        ("2026-vip", "C_2026_VIP"),
        ("number", "C_NUMBER"),
        ("m", "C_M"),
        ("a" * 29 + " and more", "A" * 29),
        ("x" * 40, "X" * 30),
        ("TIER_", "TIER"),
        ("a__b", "A__B"),
    ],
)
def test_columns_are_named_after_audiences_and_variables(name, column):
    loaded = load(audience=name, memberships=[name], fields=[name])

    assert loaded["memberships"] == {name: column}
    assert loaded["fields"][name]["column"] == column


@pytest.mark.parametrize("size", [1, 29])
def test_29_columns_fit_into_a_table(size):
    names = [f"audience {number}" for number in range(size)]

    assert len(load(audience=names[0], memberships=names, fields=names)["fields"]) == size


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"identifiers": ...}, "identifiers: is missing"),
        ({"identifiers": {}}, "identifiers: must name at least 1"),
        ({"identifiers": ["email"]}, "identifiers: must be a table"),
        ({"identifiers": {"crm_id": "ID"}},
         f'identifiers.crm_id: "ID" is not an identifier column; {THERE_ARE}'),
        ({"identifiers": {"crm_id": "CUSTOMER_ID_", "other": "customer_id"}},
         'identifiers.other: "CUSTOMER_ID_" gets the value of "crm_id" already'),
        ({"identifiers": {"hashed_email": "EMAIL_ADDRESS_", "crm_id": "CUSTOMER_ID_"}},
         "identifiers.hashed_email: is a SHA-256, which goes into EMAIL_SHA256_HASH_ and nowhere else"),
        ({"identifiers": {"7001": "EMAIL_MD5_HASH_", "crm_id": "CUSTOMER_ID_"}},
         "identifiers.hashed_email: is a SHA-256, which goes into EMAIL_SHA256_HASH_ and nowhere else"),
        ({"match_column_1": ...}, "match_column_1: is missing"),
        ({"match_column_1": "RIID_"},
         'match_column_1: "RIID_" is not mapped in "identifiers"; there are: CUSTOMER_ID_, EMAIL_ADDRESS_'),
        ({"match_column_2": "RIID_"},
         'match_column_2: "RIID_" is not mapped in "identifiers"; there are: CUSTOMER_ID_, EMAIL_ADDRESS_'),
        ({"match_column_2": "CUSTOMER_ID_"}, 'match_column_2: must not be the same as "match_column_1"'),
        ({"identifiers": {"a": "EMAIL_ADDRESS_", "b": "EMAIL_MD5_HASH_"}, "match_column_1": "EMAIL_ADDRESS_",
          "match_column_2": "EMAIL_MD5_HASH_"},
         "match_column_2: cannot be EMAIL_MD5_HASH_ when match_column_1 is EMAIL_ADDRESS_: "
         "Responsys takes one of them"),
        ({"identifiers": {"a": "EMAIL_SHA256_HASH_", "b": "EMAIL_MD5_HASH_"},
          "match_column_1": "EMAIL_SHA256_HASH_", "match_column_2": "EMAIL_MD5_HASH_"},
         "match_column_2: cannot be EMAIL_MD5_HASH_ when match_column_1 is EMAIL_SHA256_HASH_: "
         "Responsys takes one of them"),
        ({**HASH, "insert_on_no_match": True, "permission": "optin"},
         "insert_on_no_match: must be false: Responsys inserts nobody who is matched by EMAIL_SHA256_HASH_"),
        ({"identifiers": {"riid": "RIID_"}, "match_column_1": "RIID_", "insert_on_no_match": True,
          "permission": "optin"},
         "insert_on_no_match: must be false: Responsys inserts nobody who is matched by RIID_"),
        ({"identifiers": {"riid": "RIID_", **HASH["identifiers"]}, "insert_on_no_match": True,
          "match_column_1": ["RIID_", "EMAIL_SHA256_HASH_"], "permission": "optin"},
         "insert_on_no_match: must be false: Responsys inserts nobody who is matched by "
         "RIID_ or EMAIL_SHA256_HASH_"),
        ({"match_column_1": ["CUSTOMER_ID_", "RIID_"]},
         'match_column_1: "RIID_" is not mapped in "identifiers"; there are: CUSTOMER_ID_, EMAIL_ADDRESS_'),
        ({"match_column_1": ["CUSTOMER_ID_", "EMAIL_ADDRESS_"], "match_column_2": "EMAIL_ADDRESS_"},
         'match_column_2: must not be the same as "match_column_1"'),
        ({"match_column_1": ["CUSTOMER_ID_", "customer_id"]}, "match_column_1: must not name anything twice"),
        ({"match_column_1": []},
         "match_column_1: must be a list of at least one of: RIID_, CUSTOMER_ID_, EMAIL_ADDRESS_, "
         "MOBILE_NUMBER_, EMAIL_MD5_HASH_, EMAIL_SHA256_HASH_"),
        ({"match_column_1": 1}, "match_column_1: must be text"),
        ({"insert_on_no_match": True},
         'new_members: is missing: say "optin" or "optout" for people whom insert_on_no_match adds, '
         'since permission = "unchanged" says nothing of them'),
        ({"insert_on_no_match": True, "new_members": "maybe"},
         'new_members: "maybe" is not a status for new members; there are: optin, optout'),
        ({"insert_on_no_match": 1}, "insert_on_no_match: must be true or false"),
        ({"update_on_match": "REPLACE"},
         'update_on_match: "REPLACE" is not a rule for people who match; did you mean "REPLACE_ALL"? '
         "there are: NO_UPDATE, REPLACE_ALL"),
        ({"permission_channel": "fax"},
         'permission_channel: "fax" is not a channel; there are: email, mobile, postal'),
        ({"columns": ["city"]}, "columns: must be a table"),
        ({"columns": {"id": "RIID_"}}, 'columns.id.column: "RIID_" is filled from "identifiers"'),
        ({"columns": {"ok": "email_permission_status_"}},
         'columns.ok.column: "EMAIL_PERMISSION_STATUS_" is filled by "permission"'),
        ({"columns": {"isp": "EMAIL_ISP_"}},
         "columns.isp.column: \"EMAIL_ISP_\" cannot be filled; of Responsys' own can: CITY_, COUNTRY_, "
         "EMAIL_FORMAT_, EMAIL_PERMISSION_REASON_, MOBILE_COUNTRY_, MOBILE_PERMISSION_REASON_, POSTAL_CODE_, "
         "POSTAL_PERMISSION_REASON_, POSTAL_STREET_1_, POSTAL_STREET_2_, STATE_"),
        ({"columns": {"n": "NUMBER"}},
         'columns.n.column: "NUMBER" cannot be the name of a column: the word is reserved'),
        ({"columns": {"a": "Tier", "b": "TIER"}}, 'columns.b: "TIER" gets the value of "a" already'),
        ({"columns": {"a": 1}}, "columns.a: must be the name of a column, or a table with it"),
        ({"columns": {"a": {"null": "blank"}}}, "columns.a.column: is missing"),
        ({"columns": {"a": {"column": "A1", "null": "zero"}}},
         'columns.a.null: "zero" is not something to do with a null; there are: blank, skip'),
        ({"columns": {"a": {"column": "A1", "null": "skip", "default": "x"}}},
         'columns.a.default: says what becomes of a null, and so does "null"'),
        ({"columns": {"a": {"column": "A1", "default": [1]}}},
         "columns.a.default: must be text, a number, true or false"),
        ({"columns": {"a": {"column": "A1", "typ": "CHAR"}}},
         'columns.a.typ: is not a known key; did you mean "type"?'),
        ({"fields": [f"v{number}" for number in range(30)]}, "fields: must not name more than 29, not 30"),
        ({"fields": "tier"}, "fields: must be a table or a list of names"),
        ({"fields": ["tier", "Tier!"]}, 'fields."Tier!": "TIER" gets the value of "tier" already'),
        ({"fields": {"a": {"column": "A1", "type": "CHAR"}}},
         'fields.a.type: "CHAR" is not a type of column; '
         "there are: INTEGER, NUMBER, STR4000, STR500, TIMESTAMP"),
        ({"fields": {"a": "RIID_"}},
         "fields.a.column: \"RIID_\" cannot be the name of a column: names that end in _ are Responsys' own"),
        ({"memberships": ["lapsed-buyers", *map(str, range(29))]},
         "memberships: must not name more than 29, not 30"),
        ({"memberships": ["lapsed-buyers", "Lapsed Buyers"]},
         'memberships."Lapsed Buyers": "LAPSED_BUYERS" gets the value of "lapsed-buyers" already'),
        ({"memberships": ["lapsed-buyers", "買い手"]},
         'memberships."買い手": no column can be named after it; give one: { "…" = "NAME" }'),
        ({"memberships": {"lapsed-buyers": "DATE"}},
         'memberships.lapsed-buyers: "DATE" cannot be the name of a column: the word is reserved'),
        ({"memberships": ["vip"]},
         'memberships: does not name "lapsed-buyers", the audience of this destination'),
        ({**BOTH, "fields_table": "activation_segments"},
         'fields_table: must not be the same as "memberships_table"'),
        ({**BOTH, "extension_identifiers": []},
         "extension_identifiers: must be a list of at least one of: RIID_, CUSTOMER_ID_, EMAIL_ADDRESS_, "
         "MOBILE_NUMBER_, EMAIL_MD5_HASH_, EMAIL_SHA256_HASH_"),
        ({**BOTH, "extension_identifiers": ["RIID", "riid_"]},
         "extension_identifiers: must not name anything twice"),
        ({**BOTH, **HASH},
         'extension_identifiers: none of CUSTOMER_ID_, EMAIL_ADDRESS_, RIID_ is mapped in "identifiers"'),
        ({**BOTH, **HASH, "extension_identifiers": ["EMAIL_SHA256_HASH_"], "on_remove": "delete_row"},
         "on_remove: rows cannot be deleted by a hash: map another identifier, or choose another way"),
        ({"on_remove": "flag"}, 'on_remove: there is nothing to flag without "memberships"'),
        ({"on_remove": "blank"}, 'on_remove: there is nothing to blank without "fields"'),
        ({"on_remove": "delete_row"},
         'on_remove: there is no row to delete without "fields" or "memberships"'),
        ({"memberships": ["lapsed-buyers", "vip"], "on_remove": "delete_row"},
         'on_remove: the row also holds other audiences; use "flag"'),
        ({"on_remove": "nothing", "call_types": ["REMOVE"]},
         'call_types: on_remove = "nothing" has no use for REMOVE'),
        ({**BOTH, "call_types": ["ADD"]}, 'call_types: on_remove = "flag" needs REMOVE'),
        ({"colums": {}}, 'colums: is not a known key; did you mean "columns"?'),
    ],
)  # fmt: skip
def test_a_problem_is_reported_with_its_path(changes, problem):
    assert problems(**changes) == [problem]


def test_all_problems_are_reported_at_once():
    found = problems(
        identifiers={"email": "EMAIL_ADDRESS_"},
        match_column_1="RIID_",
        insert_on_no_match=True,
        columns={"a": "RIID_"},
        memberships=["vip"],
    )

    assert [line.partition(":")[0] for line in sorted(found)] == [
        "columns.a.column",
        "insert_on_no_match",
        "match_column_1",
        "memberships",
        "new_members",
    ]


def test_a_list_of_one_match_column_is_that_column():
    assert load(match_column_1=["customer_id"])["match_column_1"] == "CUSTOMER_ID_"


def test_people_without_a_riid_may_be_added_where_others_are_found_by_it():
    loaded = load(
        identifiers={"riid": "RIID_", "email": "EMAIL_ADDRESS_"},
        match_column_1=["riid", "email_address"],
        insert_on_no_match=True,
        new_members="optin",
    )

    assert loaded["match_column_1"] == ["RIID_", "EMAIL_ADDRESS_"]


@pytest.mark.parametrize("permission", ["optin", "optout", "consent"])
def test_new_members_may_be_added_where_consent_is_said(permission):
    loaded = load(insert_on_no_match=True, permission=permission)

    assert (loaded["insert_on_no_match"], loaded["new_members"]) == (True, None)


def shared(**tables):
    destinations = {
        name: {**LEAST, "audience": audience, "memberships": [audience], "memberships_table": table}
        for name, (audience, table) in tables.items()
    }
    return {"destinations": destinations}


def test_two_destinations_do_not_share_a_column_for_two_audiences():
    with pytest.raises(ValidationError) as caught:
        ConfigurationSchema().load(
            shared(one=("VIP!", "Segments"), two=("vip", "SEGMENTS"), three=("vip", "X"))
        )

    assert paths(caught.value.messages) == [
        'destinations.two.memberships.vip: "VIP" is the column of "VIP!" in destination "one" already'
    ]
