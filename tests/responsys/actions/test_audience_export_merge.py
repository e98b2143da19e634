"""The list merge of audience_export; bodies as in Oracle's api-v1.3-lists-listName-members-post.htm."""

from dataclasses import replace
from hashlib import md5

import pytest

from pipeline.model.call import Call
from pipeline.responsys.identifiers import hash_email
from tests.responsys.actions.exports import ACTION, LISTS, calls, export, merged, row, steps

HASH = "AB" * 32
MD5 = md5(b"ada@example.com", usedforsecurity=False).hexdigest()


def test_it_is_a_state_that_is_merged_first_of_all():
    assert (ACTION.name, ACTION.coalesces, ACTION.functions[0]) == (
        "audience_export",
        True,
        "mergeListMembers",
    )


def test_rows_become_records_of_the_list(connector):
    destination = export(
        columns={"city": "CITY_", "points": "POINTS", "vip": "VIP"},
        insert_on_no_match=True,
        new_members="optout",
        match_column_2="EMAIL_ADDRESS_",
    )
    rows = [row(1, city="Zürich", points=7.0, vip=True), row(2, "UPDATE", city="", points=0.1, vip=False)]

    assert calls(connector, destination, *rows) == {
        "merge": Call(
            function="mergeListMembers",
            path=f"{LISTS}/members",
            body={
                "recordData": {
                    "fieldNames": ["CUSTOMER_ID_", "EMAIL_ADDRESS_", "CITY_", "POINTS", "VIP"],
                    "records": [
                        ["C-1", "demo-1@example.com", "Zürich", "7", "true"],
                        ["C-2", "demo-2@example.com", "", "0.1", "false"],
                    ],
                    "mapTemplateName": None,
                },
                "mergeRule": {
                    "insertOnNoMatch": True,
                    "updateOnMatch": "REPLACE_ALL",
                    "matchColumnName1": "CUSTOMER_ID_",
                    "matchColumnName2": "EMAIL_ADDRESS_",
                    "matchOperator": "AND",
                    "optinValue": "I",
                    "optoutValue": "O",
                    "htmlValue": "H",
                    "textValue": "T",
                    "rejectRecordIfChannelEmpty": None,
                    "defaultPermissionStatus": "OPTOUT",
                },
            },
        )
    }


def test_one_match_column_needs_no_operator(connector):
    rule = calls(connector, export(update_on_match=False), row())["merge"].body["mergeRule"]

    assert (
        rule["matchColumnName2"],
        rule["matchOperator"],
        rule["insertOnNoMatch"],
        rule["updateOnMatch"],
    ) == (
        None,
        "NONE",
        False,
        "NO_UPDATE",
    )


def test_an_asynchronous_connector_merges_asynchronously(connector):
    call = calls(replace(connector, api="async"), export(), row())["merge"]

    assert call.path == "/rest/asyncApi/v1.3/lists/CONTACTS_LIST/members"


@pytest.mark.parametrize(
    ("column", "variables", "columns"),
    [
        ("TIER", {}, []),
        ("TIER", {"tier": None}, []),
        ({"column": "TIER", "null": "blank"}, {}, []),
        ({"column": "TIER", "null": "blank"}, {"tier": None}, [("TIER", "")]),
        ({"column": "TIER", "default": 0}, {}, []),
        ({"column": "TIER", "default": 0}, {"tier": None}, [("TIER", "0")]),
        ({"column": "TIER", "default": 0}, {"tier": 5}, [("TIER", "5")]),
        ({"column": "TIER", "null": "blank"}, {"tier": ""}, [("TIER", "")]),
        ("TIER", {"tier": ""}, [("TIER", "")]),
        ("TIER", {"tier": "gold", "other": 1}, [("TIER", "gold")]),
    ],
)
def test_a_column_is_sent_when_a_row_says_something_of_it(connector, column, variables, columns):
    """Padding it with a blank would wipe a value that the row never mentioned."""
    names, [record] = merged(connector, export(columns={"tier": column}), row(**variables))

    assert list(zip(names, record, strict=True))[2:] == columns


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z"),
        ("2026-11-21T12:00:00.987+02:00", "2026-11-21T10:00:00Z"),
        ("2026-11-21 12:00", "2026-11-21T12:00:00Z"),
        ("2026-11-21", "2026-11-21 00:00:00"),
        ("1965-05-05", "1965-05-05 00:00:00"),
        ("1965-05-05T10:00:00+02:00", "1965-05-05T08:00:00Z"),
        ("0001-01-01T00:00:00+02:00", "0001-01-01T00:00:00+02:00"),
        ("yesterday", "yesterday"),
        (7, "7"),
    ],
)
def test_dates_are_written_in_utc_to_the_second(connector, given, sent):
    """Responsys keeps no fractions, and nobody knows which zone it takes for one that is not given."""
    destination = export(columns={"seen": {"column": "SEEN", "type": "TIMESTAMP"}})

    assert merged(connector, destination, row(seen=given))[1][0][-1] == sent


@pytest.mark.parametrize(
    ("kind", "given", "sent"),
    [
        ("NUMBER", "1.5e3", "1500"),
        ("NUMBER", "-1E-3", "-0.001"),
        ("NUMBER", " 7.50 ", "7.50"),
        ("NUMBER", "seven", "seven"),
        ("INTEGER", " 7 ", "7"),
    ],
)
def test_numbers_are_written_out_as_other_programs_read_them(connector, kind, given, sent):
    destination = export(columns={"seen": {"column": "SEEN", "type": kind}})

    assert merged(connector, destination, row(seen=given))[1][0][-1] == sent


def test_a_date_in_a_column_of_another_type_is_text(connector):
    assert merged(connector, export(columns={"seen": "SEEN"}), row(seen="2026-11-21T12:00:00+02:00"))[1][0][
        -1
    ] == ("2026-11-21T12:00:00+02:00")


def test_a_column_may_be_filled_from_an_identifier(connector):
    assert merged(connector, export(columns={"crm_id": "LEGACY_ID"}), row())[1] == [
        ["C-1", "demo-1@example.com", "C-1"]
    ]


@pytest.mark.parametrize(
    ("permission", "variables", "columns"),
    [
        ("unchanged", {"consent": "I"}, []),
        ("optin", {}, [("EMAIL_PERMISSION_STATUS_", "I")]),
        ("optout", {}, [("EMAIL_PERMISSION_STATUS_", "O")]),
        ("consent", {"consent": "I"}, [("EMAIL_PERMISSION_STATUS_", "I")]),
        ("consent", {"consent": " Opt-Out "}, [("EMAIL_PERMISSION_STATUS_", "O")]),
        ("consent", {"consent": True}, [("EMAIL_PERMISSION_STATUS_", "I")]),
        ("consent", {"consent": 0}, [("EMAIL_PERMISSION_STATUS_", "O")]),
        ("consent", {"consent": None}, []),
        ("consent", {"consent": ""}, []),
        ("consent", {}, []),
    ],
)
def test_consent_travels_as_the_status_where_it_is_said(connector, permission, variables, columns):
    names, [record] = merged(connector, export(permission=permission), row(**variables))

    assert list(zip(names, record, strict=True))[2:] == columns


def test_consent_may_be_for_another_channel(connector):
    names, _ = merged(connector, export(permission="optin", permission_channel="mobile"), row())

    assert names == ["CUSTOMER_ID_", "EMAIL_ADDRESS_", "MOBILE_PERMISSION_STATUS_"]


def test_rows_with_and_without_consent_share_no_call(connector):
    destination = export(permission="consent")

    assert ACTION(connector, destination).shape(row(consent="I")) == ACTION(connector, destination).shape(
        row(2, consent="O")
    )
    assert ACTION(connector, destination).shape(row(consent="I")) != ACTION(connector, destination).shape(
        row(2)
    )


@pytest.mark.parametrize(("status", "sent"), [("optin", "OPTIN"), ("optout", "OPTOUT"), (None, "OPTOUT")])
def test_new_members_get_the_status_that_the_operator_states(connector, status, sent):
    changes = {"new_members": status} if status else {"permission": "consent"}
    rule = calls(connector, export(insert_on_no_match=True, **changes), row())["merge"].body["mergeRule"]

    assert rule["defaultPermissionStatus"] == sent


@pytest.mark.parametrize(
    ("source", "column", "identifiers", "value"),
    [
        ("email", "EMAIL_ADDRESS_", {"email": " Ada@Example.com "}, "Ada@Example.com"),
        ("email", "EMAIL_SHA256_HASH_", {"email": " Ada@Example.com "}, hash_email("ada@example.com")),
        ("email", "EMAIL_MD5_HASH_", {"email": " Ada@Example.com "}, MD5),
        ("hashed_email", "EMAIL_SHA256_HASH_", {"hashed_email": HASH}, HASH.lower()),
        ("hashed_email", "EMAIL_SHA256_HASH_", {"email": "ada@example.com"}, hash_email("ada@example.com")),
        ("riid", "RIID_", {"riid": "123"}, "123"),
        ("crm_id", "MOBILE_NUMBER_", {"crm_id": "+4916012345"}, "+4916012345"),
    ],
)
def test_an_identifier_is_written_as_its_column_wants_it(connector, source, column, identifiers, value):
    destination = export(identifiers={source: column}, match_column_1=column)

    assert merged(connector, destination, row(identifiers=identifiers)) == ([column], [[value]])


@pytest.mark.parametrize(
    ("column", "given", "value"),
    [
        ("EMAIL_SHA256_HASH_", HASH, HASH.lower()),
        ("EMAIL_SHA256_HASH_", "ada@example.com", hash_email("ada@example.com")),
        ("EMAIL_MD5_HASH_", MD5.upper(), MD5),
        ("EMAIL_MD5_HASH_", "ada@example.com", MD5),
        ("CUSTOMER_ID_", 7.0, "7"),
    ],
)
def test_a_variable_may_be_an_identifier_and_a_hash_is_never_hashed_again(connector, column, given, value):
    destination = export(identifiers={"key": column}, match_column_1=column)

    assert merged(connector, destination, row(identifiers={}, key=given)) == ([column], [[value]])


def test_what_responsys_fills_itself_is_written_only_to_match_by_it(connector):
    destination = export(
        identifiers={
            "crm_id": "CUSTOMER_ID_", "riid": "RIID_", "hashed_email": "EMAIL_SHA256_HASH_",
            "phone": "MOBILE_NUMBER_",
        },
    )  # fmt: skip
    given = {"crm_id": "C-1", "riid": "11", "hashed_email": HASH}

    assert merged(connector, destination, row(identifiers=given, phone="+49160"))[0] == [
        "CUSTOMER_ID_",
        "MOBILE_NUMBER_",
    ]


def test_an_identifier_that_is_not_there_is_not_written(connector):
    assert merged(connector, export(), row(identifiers={"crm_id": "C-1"})) == (["CUSTOMER_ID_"], [["C-1"]])


def test_columns_keep_their_order_whatever_that_of_the_row(connector):
    destination = export(columns={"b": "B1", "a": "A1"})

    assert ACTION(connector, destination).shape(row(a=1, b=2)) == ACTION(connector, destination).shape(
        row(2, "UPDATE", b=2, a=1)
    )
    assert merged(connector, destination, row(a=1, b=2), row(2, b=4, a=3))[1] == [
        ["C-1", "demo-1@example.com", "1", "2"],
        ["C-2", "demo-2@example.com", "3", "4"],
    ]


def test_rows_of_several_shapes_become_no_call(connector):
    """Should they ever meet, they are halved until each stands alone; nothing is padded, nothing dropped."""
    destination = export(columns={"a": "A1"})

    with pytest.raises(ValueError, match="several shapes"):
        calls(connector, destination, row(), row(2, a=1))


def test_without_fields_and_memberships_the_list_is_all(connector):
    assert [step.name for step in steps(connector, export(), row())] == ["merge"]


@pytest.mark.parametrize(
    ("options", "identifiers", "variables", "problem"),
    [
        ({}, {"email": "ada@example.com"}, {}, '"crm_id" for CUSTOMER_ID_ is missing'),
        ({}, {"crm_id": "C-1"}, {}, None),
        ({"match_column_2": "EMAIL_ADDRESS_"}, {"crm_id": "C-1"}, {},
         '"email" for EMAIL_ADDRESS_ is missing'),
        ({}, {"crm_id": "C-1", "email": "ada@x"}, {},
         '"email" for EMAIL_ADDRESS_ is not an e-mail address that can be sent to'),
        ({"permission": "consent"}, {"crm_id": "C-1"}, {"consent": "maybe"},
         '"consent" says neither that somebody opts in nor out'),
        ({"permission": "consent"}, {"crm_id": "C-1"}, {"consent": None}, None),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_merged_has_a_problem(connector, options, identifiers, variables, problem):
    assert ACTION(connector, export(**options)).problem(row(identifiers=identifiers, **variables)) == problem


@pytest.mark.parametrize(
    ("source", "column", "value", "problem"),
    [
        ("key", "CUSTOMER_ID_", None, "is missing"),
        ("key", "CUSTOMER_ID_", "  ", "is missing"),
        ("key", "RIID_", "12a", "is not a number"),
        ("key", "EMAIL_SHA256_HASH_", MD5, "is neither a SHA-256 in 64 hex digits nor an e-mail address"),
        ("key", "EMAIL_MD5_HASH_", HASH, "is neither an MD5 in 32 hex digits nor an e-mail address"),
        ("key", "EMAIL_ADDRESS_", HASH, "is not an e-mail address that can be sent to"),
    ],
)
def test_an_identifier_that_its_column_is_not_for_is_named_without_its_value(
    connector, source, column, value, problem
):
    destination = export(identifiers={source: column}, match_column_1=column)

    assert ACTION(connector, destination).problem(row(identifiers={}, key=value)) == (
        f'"{source}" for {column} {problem}'
    )


def test_an_address_is_not_taken_for_the_hash_it_should_be(connector):
    """What calls itself a hash and is none was not made by the rule that Responsys uses."""
    destination = export(
        identifiers={"hashed_email": "EMAIL_SHA256_HASH_"}, match_column_1="EMAIL_SHA256_HASH_"
    )

    assert ACTION(connector, destination).problem(row(identifiers={"hashed_email": "ada@example.com"})) == (
        '"hashed_email" for EMAIL_SHA256_HASH_ is not a SHA-256 in 64 hex digits'
    )


def test_what_is_read_of_a_profile_is_known(connector):
    destination = export(
        identifiers={"hashed_email": "EMAIL_SHA256_HASH_", "crm_id": "CUSTOMER_ID_"},
        columns={"city": "CITY_"},
        fields=["tier"],
        permission="consent",
    )

    assert ACTION(connector, destination).attributes() == {
        "hashed_email",
        "email",
        "crm_id",
        "city",
        "tier",
        "consent",
    }
    assert ACTION(connector, export()).attributes() == {"crm_id", "email"}


def test_a_changed_configuration_counts_at_once(connector):
    before, after = export(columns={"city": "CITY_"}), export()

    assert ACTION(connector, before).shape(row(city="x")) != ACTION(connector, after).shape(row(city="x"))
