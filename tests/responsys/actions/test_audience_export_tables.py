"""The extension tables of audience_export; bodies as in Oracle's pages on listExtensions."""

from dataclasses import replace

import pytest

from pipeline.errors import Held, OutcomeUnknown
from pipeline.model.call import Call
from tests.responsys.actions.exports import ACTION, LISTS, calls, export, row, steps

AUDIENCES = ["lapsed-buyers", "vip"]
BOTH = {"fields": {"tier": "TIER", "points": {"type": "INTEGER"}}, "memberships": AUDIENCES}
HASHED = {
    "identifiers": {"hashed_email": "EMAIL_SHA256_HASH_"},
    "match_column_1": "EMAIL_SHA256_HASH_",
    "extension_identifiers": ["EMAIL_SHA256_HASH_"],
}


def listed(name, *columns):
    """A table in the list of all, as Oracle's page has it."""
    return {
        "profileExtension": {"objectName": name, "folderName": "Main"},
        "fields": [{"fieldName": column, "fieldType": "STR500"} for column in columns],
        "links": [],
    }


def merge_of(table, columns, records, **changes):
    return Call(
        function="mergeProfileExtensionMembers",
        path=f"{LISTS}/listExtensions/{table}/members",
        body={
            "recordData": {"fieldNames": columns, "records": records, "mapTemplateName": None},
            "insertOnNoMatch": True,
            "updateOnMatch": "REPLACE_ALL",
            "matchColumnName1": "CUSTOMER_ID",
            "matchColumnName2": None,
            **changes,
        },
    )


def test_fields_and_then_the_membership_follow_the_merge(connector):
    found = steps(connector, export(**BOTH), row(tier="gold"))

    assert [(step.name, step.function) for step in found] == [
        ("merge", "mergeListMembers"),
        ('table "Activation_User_Fields_lapsed"', "retrieveProfileExtensions"),
        ('table "Activation_User_Fields_lapsed"', "createProfileExtension"),
        ("fields", "mergeProfileExtensionMembers"),
        ('table "Activation_Segments"', "retrieveProfileExtensions"),
        ('table "Activation_Segments"', "createProfileExtension"),
        ("memberships", "mergeProfileExtensionMembers"),
    ]
    assert {step.function for step in found} <= {*ACTION.functions}
    assert all(step.repeatable for step in found)


def test_rows_that_enter_get_their_fields_and_a_one_for_their_audience(connector):
    made = calls(connector, export(**BOTH), row(1, tier="gold", points=7), row(2, tier="", points=8))

    assert (made["fields"], made["memberships"]) == (
        merge_of(
            "Activation_User_Fields_lapsed",
            ["CUSTOMER_ID_", "POINTS", "TIER"],
            [["C-1", "7", "gold"], ["C-2", "8", ""]],
        ),
        merge_of("Activation_Segments", ["CUSTOMER_ID_", "LAPSED_BUYERS"], [["C-1", "1"], ["C-2", "1"]]),
    )


def test_a_row_without_fields_goes_without_their_table(connector):
    assert list(calls(connector, export(**BOTH), row(other=1))) == ["merge", "memberships"]


def test_tables_may_have_names_of_ones_own(connector):
    destination = export(**BOTH, fields_table="My fields", memberships_table="My segments")

    assert [call.path for call in calls(connector, destination, row(tier=1)).values()][1:] == [
        f"{LISTS}/listExtensions/My%20fields/members",
        f"{LISTS}/listExtensions/My%20segments/members",
    ]


@pytest.mark.parametrize(
    ("order", "identifiers", "column"),
    [
        (None, {"riid": "11", "email": "a@example.com", "crm_id": "C-1"}, "CUSTOMER_ID"),
        (["RIID_", "CUSTOMER_ID_"], {"riid": "11", "email": "a@example.com", "crm_id": "C-1"}, "RIID"),
        (["EMAIL_ADDRESS_"], {"riid": "11", "email": "a@example.com", "crm_id": "C-1"}, "EMAIL_ADDRESS"),
        (None, {"riid": "11", "email": "a@example.com"}, "EMAIL_ADDRESS"),
        (None, {"riid": "11"}, "RIID"),
    ],
)
def test_people_are_found_in_tables_by_the_first_identifier_that_they_have(
    connector, order, identifiers, column
):
    destination = export(
        identifiers={"riid": "RIID_", "email": "EMAIL_ADDRESS_", "crm_id": "CUSTOMER_ID_"},
        match_column_1="RIID_",
        memberships=["lapsed-buyers"],
        **({"extension_identifiers": order} if order else {}),
    )
    call = calls(connector, destination, row(identifiers=identifiers))["memberships"]

    assert call.body["matchColumnName1"] == column
    assert call.body["recordData"]["fieldNames"][0] == f"{column}_"


def test_rows_found_by_different_identifiers_share_no_call(connector):
    destination = export(match_column_1="EMAIL_ADDRESS_", memberships=["lapsed-buyers"])
    both, one = row(), row(identifiers={"email": "a@example.com"})

    assert ACTION(connector, destination).shape(both) != ACTION(connector, destination).shape(one)


def test_nobody_is_inserted_by_a_hash(connector):
    destination = export(**HASHED, memberships=["lapsed-buyers"])
    call = calls(connector, destination, row(identifiers={"hashed_email": "AB" * 32}))["memberships"]

    assert (call.body["insertOnNoMatch"], call.body["matchColumnName1"]) == (False, "EMAIL_SHA256_HASH")


def test_tables_of_an_asynchronous_connector_are_merged_asynchronously_and_made_at_once(connector):
    made = steps(replace(connector, api="async"), export(**BOTH), row(tier=1))

    assert [step.call([row(tier=1)]).path.split("/")[2] for step in made] == [
        "asyncApi", "api", "api", "asyncApi", "api", "api", "asyncApi",
    ]  # fmt: skip


def table_steps(connector, **options):
    look, create = [step for step in steps(connector, export(**options), row(tier=1)) if step.sets_up][:2]
    return look, create


def test_a_table_is_looked_for_and_made_once_for_all_workers(connector):
    look, create = table_steps(connector, fields=BOTH["fields"])

    assert look.sets_up == create.sets_up
    assert look.call([row()]) == Call(
        function="retrieveProfileExtensions", path=f"{LISTS}/listExtensions", method="GET"
    )
    assert create.call([row()]) == Call(
        function="createProfileExtension",
        path=f"{LISTS}/listExtensions",
        body={
            "profileExtension": {"objectName": "Activation_User_Fields_lapsed", "folderName": "Main"},
            "fields": [
                {"fieldName": "POINTS", "fieldType": "INTEGER"},
                {"fieldName": "TIER", "fieldType": "STR500"},
            ],
        },
    )
    assert create.settled_by == {"OBJECT_ALREADY_EXISTS", "TABLE_ALREADY_EXISTS"}
    assert create.found is None


def test_memberships_have_a_column_for_every_audience(connector):
    _, create = table_steps(connector, memberships=AUDIENCES)

    assert create.call([row()]).body["fields"] == [
        {"fieldName": "LAPSED_BUYERS", "fieldType": "STR500"},
        {"fieldName": "VIP", "fieldType": "STR500"},
    ]


def test_setting_up_rejects_nobody(connector):
    for step in table_steps(connector, **BOTH):
        assert step.verdicts([row(1), row(2)], True) == [None, None]


def test_a_table_may_be_made_in_a_folder_of_its_own(connector):
    _, create = table_steps(connector, fields=["tier"], table_folder="Tables")

    assert create.call([row()]).body["profileExtension"]["folderName"] == "Tables"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ([], False),
        ([listed("Another", "RIID_", "TIER")], False),
        ([listed("Another"), listed("Activation_User_Fields_lapsed", "RIID_", "TIER", "POINTS")], True),
        ([listed("Activation_User_Fields_lapsed", "tier", "points", "more")], True),
        ([None, {}, {"profileExtension": None, "fields": [1]}], False),
    ],
)
def test_a_table_is_found_by_its_name(connector, answer, found):
    look, _ = table_steps(connector, fields=BOTH["fields"])

    assert look.found(answer) is found


def test_what_is_not_a_list_of_tables_tells_nothing(connector):
    look, _ = table_steps(connector, fields=["tier"])

    with pytest.raises(OutcomeUnknown, match="no list of extension tables"):
        look.found({"errorMessage": None})


def test_a_table_without_the_columns_holds_the_destination(connector):
    """Otherwise every row would be refused for what is not its fault."""
    look, _ = table_steps(connector, fields=BOTH["fields"])

    with pytest.raises(
        Held, match='"Activation_User_Fields_lapsed" has no column POINTS: add what'
    ) as caught:
        look.found([listed("Activation_User_Fields_lapsed", "TIER")])
    assert caught.value.scope == "destination"


def test_a_table_that_nobody_says_where_to_make_holds_the_destination(connector):
    look, _ = table_steps(replace(connector, list_folder=None), fields=["tier"])

    with pytest.raises(Held, match='is not there, and "table_folder" does not say where to make it'):
        look.found([])


def test_a_table_is_looked_at_again_when_its_columns_change(connector):
    once = {table_steps(connector, fields=fields)[0].sets_up for fields in (["tier"], ["tier", "more"])}

    assert len(once) == 2


def test_leaving_flags_the_membership_where_there_is_one(connector):
    destination = export(**BOTH)

    assert calls(connector, destination, row(1, "REMOVE"), row(2, "REMOVE")) == {
        "memberships": merge_of(
            "Activation_Segments",
            ["CUSTOMER_ID_", "LAPSED_BUYERS"],
            [["C-1", "0"], ["C-2", "0"]],
            insertOnNoMatch=False,
        )
    }


def test_leaving_may_blank_the_fields_and_flags_the_membership_too(connector):
    destination = export(**BOTH, on_remove="blank")

    assert calls(connector, destination, row(1, "REMOVE", tier="gold")) == {
        "fields": merge_of(
            "Activation_User_Fields_lapsed",
            ["CUSTOMER_ID_", "POINTS", "TIER"],
            [["C-1", "", ""]],
            insertOnNoMatch=False,
        ),
        "memberships": merge_of(
            "Activation_Segments", ["CUSTOMER_ID_", "LAPSED_BUYERS"], [["C-1", "0"]], insertOnNoMatch=False
        ),
    }


def delete_of(table, query, *ids):
    return Call(
        function="deleteProfileExtensionMembers",
        path=f"{LISTS}/listExtensions/{table}/members?action=delete",
        body={"queryAttribute": query, "ids": list(ids)},
    )


def test_leaving_may_delete_the_row_but_not_the_memberships_of_other_audiences(connector):
    made = calls(connector, export(**BOTH, on_remove="delete_row"), row(1, "REMOVE"), row(2, "REMOVE"))

    assert made == {
        "fields": delete_of("Activation_User_Fields_lapsed", "c", "C-1", "C-2"),
        "memberships": merge_of(
            "Activation_Segments",
            ["CUSTOMER_ID_", "LAPSED_BUYERS"],
            [["C-1", "0"], ["C-2", "0"]],
            insertOnNoMatch=False,
        ),
    }


def test_leaving_may_delete_a_membership_that_is_alone_in_its_row(connector):
    destination = export(memberships=["lapsed-buyers"], on_remove="delete_row")

    assert calls(connector, destination, row(1, "REMOVE")) == {
        "memberships": delete_of("Activation_Segments", "c", "C-1")
    }


def test_a_deletion_is_never_by_a_hash(connector):
    destination = export(
        identifiers={"hashed_email": "EMAIL_SHA256_HASH_", "riid": "RIID_"},
        match_column_1="EMAIL_SHA256_HASH_",
        extension_identifiers=["EMAIL_SHA256_HASH_", "RIID_"],
        fields=["tier"],
        on_remove="delete_row",
    )
    identifiers = {"hashed_email": "AB" * 32, "riid": "11"}

    assert calls(connector, destination, row(1, "REMOVE", identifiers)) == {
        "fields": delete_of("Activation_User_Fields_lapsed", "r", "11")
    }
    assert ACTION(connector, destination).problem(row(1, "REMOVE", {"hashed_email": "AB" * 32})) == (
        "none of the identifiers for the extension tables is there"
    )


def test_those_who_leave_are_merged_apart_whatever_they_carry(connector):
    destination = export(**BOTH)

    assert ACTION(connector, destination).shape(row(1, "REMOVE")) == ACTION(connector, destination).shape(
        row(2, "REMOVE", tier="gold")
    )
    assert ACTION(connector, destination).shape(row(1, "REMOVE")) != ACTION(connector, destination).shape(
        row(1)
    )


@pytest.mark.parametrize(
    ("call_type", "options", "identifiers", "variables", "problem"),
    [
        ("ADD", BOTH, {"crm_id": "C-1"}, {}, None),
        ("ADD", {**BOTH, "extension_identifiers": ["EMAIL_ADDRESS_"]}, {"crm_id": "C-1"}, {},
         "none of the identifiers for the extension tables is there"),
        ("ADD", {"fields": ["tier"], "extension_identifiers": ["EMAIL_ADDRESS_"]}, {"crm_id": "C-1"}, {},
         None),
        ("ADD", {"fields": ["tier"], "extension_identifiers": ["EMAIL_ADDRESS_"]}, {"crm_id": "C-1"},
         {"tier": 1}, "none of the identifiers for the extension tables is there"),
        ("REMOVE", BOTH, {"email": "ada@example.com"}, {}, None),
        ("REMOVE", BOTH, {"email": "ada@x"}, {},
         '"email" for EMAIL_ADDRESS_ is not an e-mail address that can be sent to'),
        ("REMOVE", BOTH, {}, {}, "none of the identifiers for the extension tables is there"),
        ("REMOVE", {}, {"crm_id": "C-1"}, {}, "nothing is done about those who leave"),
    ],
)  # fmt: skip
def test_a_row_that_is_not_found_in_its_tables_has_a_problem(
    connector, call_type, options, identifiers, variables, problem
):
    found = ACTION(connector, export(**options)).problem(row(1, call_type, identifiers, **variables))

    assert found == problem


@pytest.mark.parametrize("identifiers", [{}, {"riid": "x"}])
def test_any_row_has_a_shape(connector, identifiers):
    """One laid over another may have one before anybody looks for its problems."""
    destination = export(**BOTH, permission="consent")

    for call_type in ("ADD", "REMOVE"):
        assert ACTION(connector, destination).shape(row(1, call_type, identifiers, consent="maybe"))
