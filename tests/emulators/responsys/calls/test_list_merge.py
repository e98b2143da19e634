"""Merging people into a list, as section 3 of the API reference has it."""

import pytest

from emulators.responsys.account.columns import email_md5, email_sha256
from tests.emulators.conftest import records, refusal, rule

PATH = "/lists/CONTACTS_LIST/members"
STATUS = "CUSTOMER_ID_ EMAIL_PERMISSION_STATUS_"
TWO = {"matchOperator": "AND", "matchColumnName1": "EMAIL_ADDRESS_", "matchColumnName2": "EMAIL_MD5_HASH_"}
DEMO_1, NEW = "100000002", "100000011"


@pytest.fixture
def merge(responsys, token):
    """Merges rows and returns the cells of the answer."""

    def send(fields, *rows, **parts):
        body = {"recordData": records(fields, *rows), "mergeRule": rule(**parts)}
        answer = responsys.post(PATH, token, body)
        assert answer.status_code == 200, answer.text
        return [cell for (cell,) in answer.json()["recordData"]["records"]]

    return send


@pytest.fixture
def refused(responsys, token):
    """Merges rows and returns why that was refused."""

    def send(fields, *rows, **parts):
        body = {"recordData": records(fields, *rows), "mergeRule": rule(**parts)}
        return refusal(responsys.post(PATH, token, body))

    return send


@pytest.fixture
def member(responsys):
    """Returns columns of one person, as they are stored."""

    def look(customer_id, fs):
        return responsys.ask(f"members?customer_id={customer_id}&fs={fs}")["members"]

    return look


def test_the_answer_has_one_recipient_id_per_record_as_text_and_the_rule(responsys, token):
    body = {"recordData": records("CUSTOMER_ID_", ["demo-1"], ["new"]), "mergeRule": rule()}

    answer = responsys.post(PATH, token, body).json()

    assert answer["recordData"] == records("RIID_", [DEMO_1], [NEW])
    assert answer["mergeRule"] == rule() | {"matchColumnName3": None}
    assert [link["rel"] for link in answer["links"]] == [
        "self",
        "retrieveListRecipientsRIID",
        "deleteListRecipientsRIID",
    ]
    assert responsys.violations() == []


def test_a_match_is_updated_in_the_columns_that_are_named_only(merge, member):
    merge("customer_id_ CITY_ TIER", ["demo-1", "Rome", "gold"])
    merge("CUSTOMER_ID_ TIER", ["demo-1", "silver"])

    assert member("demo-1", "EMAIL_ADDRESS_,CITY_,TIER") == [
        {"EMAIL_ADDRESS_": "demo-1@example.com", "CITY_": "Rome", "TIER": "silver"}
    ]


@pytest.mark.parametrize("nothing", ["", None])
def test_an_empty_value_clears_the_column(merge, member, nothing):
    merge("CUSTOMER_ID_ CITY_", ["demo-1", "Rome"])

    merge("CUSTOMER_ID_ CITY_", ["demo-1", nothing])

    assert member("demo-1", "CITY_") == [{"CITY_": None}]


def test_a_match_is_left_alone_when_the_rule_says_so(merge, member):
    assert merge("CUSTOMER_ID_ TIER", ["demo-1", "gold"], updateOnMatch="NO_UPDATE") == [DEMO_1]
    assert member("demo-1", "TIER") == [{"TIER": None}]


def test_no_member_is_inserted_when_the_rule_says_so(responsys, merge):
    assert merge("CUSTOMER_ID_", ["new"], ["demo-1"], insertOnNoMatch=False) == [
        "MERGEFAILED: Record 0 = RECORD_NOT_FOUND: No records found",
        DEMO_1,
    ]
    assert responsys.ask("members")["total"] == 10


def test_hashes_are_derived_and_found(merge, member):
    merge("CUSTOMER_ID_ EMAIL_ADDRESS_", ["new", "Ada@Example.com"])
    hashed = email_sha256("ada@example.com")

    found = merge(
        "EMAIL_SHA256_HASH_ TIER",
        [hashed.upper(), "gold"],
        matchColumnName1="EMAIL_SHA256_HASH_",
        insertOnNoMatch=False,
    )

    assert found == [NEW]
    assert member("new", "EMAIL_SHA256_HASH_,EMAIL_MD5_HASH_,EMAIL_DOMAIN_,TIER") == [
        {
            "EMAIL_SHA256_HASH_": hashed,
            "EMAIL_MD5_HASH_": email_md5("ada@example.com"),
            "EMAIL_DOMAIN_": "example.com",
            "TIER": "gold",
        }
    ]


def test_no_member_is_inserted_by_a_hash_and_to_ask_for_it_is_held_against_the_client(responsys, merge):
    cells = merge("EMAIL_MD5_HASH_", [email_md5("x@y.org")], matchColumnName1="EMAIL_MD5_HASH_")

    assert cells == ["MERGEFAILED: Record 0 = RECORD_NOT_FOUND: No records found"]
    assert responsys.violations() == ["the merge inserts, but nobody is inserted by a hash"]


def test_an_address_in_the_place_of_a_hash_fails(merge):
    rows = ["demo-1@example.com"]

    assert merge(
        "EMAIL_SHA256_HASH_", rows, matchColumnName1="EMAIL_SHA256_HASH_", insertOnNoMatch=False
    ) == ["MERGEFAILED: Record 0 = INVALID_PARAMETER: Not a SHA-256 hash"]


def test_two_match_columns_must_both_fit(merge):
    both = {"matchColumnName2": "EMAIL_ADDRESS_", "matchOperator": "AND", "insertOnNoMatch": False}

    cells = merge(
        "CUSTOMER_ID_ EMAIL_ADDRESS_",
        ["demo-1", "demo-1@example.com"],
        ["demo-1", "demo-2@example.com"],
        **both,
    )

    assert cells == [DEMO_1, "MERGEFAILED: Record 1 = RECORD_NOT_FOUND: No records found"]


def test_of_two_records_with_one_key_the_last_wins(merge, member):
    assert merge("CUSTOMER_ID_ TIER", ["new", "silver"], ["new", "gold"]) == [NEW, NEW]
    assert member("new", "TIER") == [{"TIER": "gold"}]


def test_a_recipient_id_finds_but_never_inserts(merge):
    assert merge("RIID_ TIER", [DEMO_1, "gold"], ["5", "gold"], matchColumnName1="RIID_") == [
        DEMO_1,
        "MERGEFAILED: Record 1 = RECORD_NOT_FOUND: No records found",
    ]


def test_the_default_permission_is_about_new_members_only(responsys, merge, member):
    """Oracle's page does not say so; a client that means it states the status."""
    merge("CUSTOMER_ID_", ["demo-1"], ["new"])
    kept = member("demo-1", "EMAIL_PERMISSION_STATUS_") + member("new", "EMAIL_PERMISSION_STATUS_")
    responsys.order("behaviour", {"default_permission": "always"})
    merge("CUSTOMER_ID_", ["demo-1"])

    assert [row["EMAIL_PERMISSION_STATUS_"] for row in kept] == ["I", "O"]
    assert member("demo-1", "EMAIL_PERMISSION_STATUS_") == [{"EMAIL_PERMISSION_STATUS_": "O"}]


def test_statuses_and_formats_are_stored_in_the_lists_own_letters(merge, member):
    letters = {"optinValue": "yes", "optoutValue": "no", "htmlValue": "html", "textValue": "text"}

    with_status = "CUSTOMER_ID_ EMAIL_PERMISSION_STATUS_ MOBILE_PERMISSION_STATUS_ EMAIL_FORMAT_"
    merge(
        with_status, ["demo-1", "n", "y", "t"], optinValue="y", optoutValue="n", htmlValue="h", textValue="t"
    )
    failed = merge(with_status, ["demo-2", "I", "", "H"], **letters)

    assert member("demo-1", with_status.partition(" ")[2].replace(" ", ",")) == [
        {"EMAIL_PERMISSION_STATUS_": "O", "MOBILE_PERMISSION_STATUS_": "I", "EMAIL_FORMAT_": "T"}
    ]
    assert failed == [
        "MERGEFAILED: Record 0 = INVALID_PARAMETER: The value I is not valid for EMAIL_PERMISSION_STATUS_"
    ]


def test_an_empty_status_changes_none(merge, member):
    merge("CUSTOMER_ID_ EMAIL_PERMISSION_STATUS_", ["demo-1", "O"])

    merge("CUSTOMER_ID_ EMAIL_PERMISSION_STATUS_", ["demo-1", None], defaultPermissionStatus="OPTIN")

    assert member("demo-1", "EMAIL_PERMISSION_STATUS_") == [{"EMAIL_PERMISSION_STATUS_": "O"}]


@pytest.mark.parametrize(
    ("fields", "row", "parts", "reason"),
    [
        ("CUSTOMER_ID_", [None], {}, "match column CUSTOMER_ID_ is empty"),
        ("CUSTOMER_ID_", ["new"], {"rejectRecordIfChannelEmpty": "E"}, "EMAIL_ADDRESS_ is empty"),
        ("CUSTOMER_ID_", ["demo-1"], {"rejectRecordIfChannelEmpty": "E, M"}, "MOBILE_NUMBER_ is empty"),
    ],
)
def test_a_record_that_cannot_be_merged_says_why_in_its_cell(responsys, merge, fields, row, parts, reason):
    assert merge(fields, row, **parts) == [f"MERGEFAILED: Record 0 = INVALID_PARAMETER: {reason}"]
    assert responsys.violations() == []


@pytest.mark.parametrize(
    "moment", ["2026-01-05T15:02:29Z", "2026-01-05T15:02:29.344Z", "2026-01-05 15:02:29"]
)
def test_a_moment_has_two_forms(merge, moment):
    assert merge("CUSTOMER_ID_ LAST_ORDER", ["demo-1", moment]) == [DEMO_1]


def test_several_matches_fail(responsys, merge):
    responsys.order("members", {"members": [{"customer_id": "twin"}, {"customer_id": "twin"}]})

    assert merge("CUSTOMER_ID_", ["twin"]) == [
        "MERGEFAILED: Record 0 = MULTIPLE_RECIPIENTS_FOUND: several records match"
    ]


def test_a_malformed_address_fails_its_record_or_by_a_switch_the_request(responsys, merge, refused):
    rows = ["demo-1", "demo-1@example.com"], ["demo-2", "demo-2 at example.com"]
    cells = merge("CUSTOMER_ID_ EMAIL_ADDRESS_", *rows)
    responsys.order("behaviour", {"bad_email": "request"})

    assert cells == [DEMO_1, "MERGEFAILED: Record 1 = Bad Email Format\r\n"]
    assert refused("CUSTOMER_ID_ EMAIL_ADDRESS_", *rows) == (
        400,
        "INVALID_PARAMETER",
        "Record 1 = Bad Email Format\r\n",
    )


def test_a_changed_address_is_found_and_the_old_one_is_not(responsys, token, merge):
    merge("CUSTOMER_ID_ EMAIL_ADDRESS_", ["demo-1", "ada@example.com"])
    by_hash = {"matchColumnName1": "EMAIL_SHA256_HASH_", "insertOnNoMatch": False}

    old, new = "demo-1@example.com", "ada@example.com"

    assert merge("EMAIL_SHA256_HASH_", [email_sha256(new)], [email_sha256(old)], **by_hash)[0] == DEMO_1
    assert merge("EMAIL_ADDRESS_", [old], matchColumnName1="EMAIL_ADDRESS_") == [NEW]


def test_every_recipient_is_on_a_list_with_any_recipient(responsys, merge, member):
    responsys.order("members", {"any_recipient": True})

    (cell,) = merge("CUSTOMER_ID_ TIER", ["stranger", "gold"], insertOnNoMatch=False)

    assert member("stranger", "RIID_,TIER") == [{"RIID_": cell, "TIER": "gold"}]


def test_merged_records_need_not_be_kept(responsys, merge, member):
    responsys.order("behaviour", {"keep_members": False})

    assert merge("CUSTOMER_ID_ TIER", ["demo-1", "gold"], ["new", "gold"]) == [DEMO_1, NEW]
    assert (member("demo-1", "TIER"), member("new", "TIER")) == ([{"TIER": None}], [])


@pytest.mark.parametrize(
    ("fields", "parts", "reason"),
    [
        ("CUSTOMER_ID_ customer_id_", {}, "field name customer_id_ comes twice"),
        ("CUSTOMER_ID_ EMAIL_MD5_HASH_", {}, "EMAIL_MD5_HASH_ is filled by Responsys and cannot be written"),
        ("CUSTOMER_ID_ CREATED_DATE_", {}, "CREATED_DATE_ is filled by Responsys and cannot be written"),
        ("CITY_", {}, "match column CUSTOMER_ID_ is not among fieldNames"),
        ("CUSTOMER_ID_", {"matchColumnName1": None}, "Match Column is null"),
        ("CUSTOMER_ID_", {"matchColumnName1": "CUSTOMER_ID"}, "CUSTOMER_ID is not a match column"),
        ("CUSTOMER_ID_", {"matchOperator": "AND"}, "matchOperator is AND, not NONE"),
        ("CUSTOMER_ID_", {"matchColumnName2": "CUSTOMER_ID_"}, "match column CUSTOMER_ID_ comes twice"),
        (
            "EMAIL_ADDRESS_ EMAIL_MD5_HASH_",
            TWO,
            "EMAIL_ADDRESS_ and EMAIL_MD5_HASH_ cannot be matched together",
        ),
        (
            "CUSTOMER_ID_",
            {"rejectRecordIfChannelEmpty": "X"},
            "rejectRecordIfChannelEmpty has X, not E, M or P",
        ),
        (STATUS, {"optinValue": None}, "a permission status needs optinValue and optoutValue"),
        (STATUS, {"optinValue": "O"}, "optinValue and optoutValue are the same"),
        ("CUSTOMER_ID_ EMAIL_FORMAT_", {"textValue": ""}, "EMAIL_FORMAT_ needs htmlValue and textValue"),
        (
            "CUSTOMER_ID_",
            {"updateOnMatch": "APPEND"},
            "Invalid enum value 'APPEND' - at `$.mergeRule.updateOnMatch`",
        ),
        (
            "CUSTOMER_ID_",
            {"matchColumnName3": "X"},
            "Expected `null`, got `str` - at `$.mergeRule.matchColumnName3`",
        ),
        ("CUSTOMER_ID_", {"mood": "bad"}, "Object contains unknown field `mood` - at `$.mergeRule`"),
    ],
)
def test_a_request_that_contradicts_itself_is_refused_and_remembered(
    responsys, refused, fields, parts, reason
):
    row = ["x"] * len(fields.split())

    assert refused(fields, row, **parts) == (400, "INVALID_PARAMETER", reason)
    assert responsys.violations() == [reason]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["demo-1"], "record 0 has 1 values for 2 fields"),
        (["demo-1", "a", "b"], "record 0 has 3 values for 2 fields"),
        (["demo-1", 5], "Expected `str | null`, got `int` - at `$.recordData.records[0][1]`"),
    ],
)
def test_a_record_has_a_text_for_every_field(responsys, refused, row, reason):
    assert refused("CUSTOMER_ID_ TIER", row) == (400, "INVALID_PARAMETER", reason)
    assert responsys.violations() == [reason]


def test_more_than_200_records_are_refused(responsys, refused):
    reason = "201 records in one call, 200 are allowed"

    assert refused("CUSTOMER_ID_", *[["demo-1"]] * 201) == (400, "RECORD_LIMIT_EXCEEDED", reason)
    assert refused("CUSTOMER_ID_") == (400, "INVALID_PARAMETER", "records is empty")


def test_a_column_that_the_list_does_not_have_is_no_violation_when_it_could_have_it(responsys, refused):
    known = refused("CUSTOMER_ID_ SHOE_SIZE", ["demo-1", "42"])
    never = refused("CUSTOMER_ID_ level", ["demo-1", "42"])

    assert known == (400, "INVALID_FIELD_NAME", "SHOE_SIZE is not a field of CONTACTS_LIST")
    assert never == (400, "INVALID_FIELD_NAME", "level is not a field of CONTACTS_LIST")
    assert responsys.violations() == ["field name level is a reserved word"]


def test_an_unknown_list_is_reported(responsys, token):
    body = {"recordData": records("CUSTOMER_ID_", ["demo-1"]), "mergeRule": rule()}

    answer = responsys.post("/lists/OTHER/members", token, body)

    assert refusal(answer) == (404, "LIST_NOT_FOUND", "OTHER List Not Found")


def test_a_rule_that_leaves_parts_open_is_held_against_the_client(responsys, merge):
    """No page tells the defaults; absent, the emulator updates and does not insert."""
    cells = merge("CUSTOMER_ID_", ["demo-1"], ["new"], insertOnNoMatch=None, updateOnMatch=None)

    assert cells == [DEMO_1, "MERGEFAILED: Record 1 = RECORD_NOT_FOUND: No records found"]
    assert responsys.violations() == [
        "the merge leaves insertOnNoMatch open; its default is documented nowhere",
        "the merge leaves updateOnMatch open; its default is documented nowhere",
    ]


def test_the_ledger_tells_each_record(responsys, merge):
    merge("CUSTOMER_ID_ EMAIL_ADDRESS_", ["demo-1", "bad"])

    (call,) = responsys.ask("ledger?detail=1&function=mergeListMembers")["calls"]

    assert (call["target"], call["recipients"], call["rejected"]) == ("CONTACTS_LIST", 1, 1)
    assert call["rows"] == [
        {
            "position": 0,
            "recipientId": -1,
            "errorMessage": "MERGEFAILED: Record 0 = Bad Email Format\r\n",
            "fields": {"CUSTOMER_ID_": "demo-1", "EMAIL_ADDRESS_": "bad"},
        }
    ]


@pytest.mark.parametrize(
    ("fault", "cells"),
    [
        ({"kind": "short"}, [DEMO_1]),
        ({"kind": "reorder"}, [NEW, DEMO_1]),
        ({"kind": "long"}, [DEMO_1, NEW, NEW]),
    ],
)
def test_results_of_merges_can_be_garbled_too(responsys, merge, fault, cells):
    responsys.order("faults", [fault | {"function": "mergeListMembers"}])

    assert merge("CUSTOMER_ID_", ["demo-1"], ["new"]) == cells


def test_an_address_of_another_member_is_refused_only_where_addresses_are_unique(responsys, merge):
    """Oracle's pages say neither that it is nor how."""
    first, second = merge("CUSTOMER_ID_ EMAIL_ADDRESS_", ["a", "a@example.com"], ["b", "b@example.com"])
    by_riid = {"matchColumnName1": "RIID_", "insertOnNoMatch": False}
    responsys.order("behaviour", {"unique_addresses": True})

    cells = merge("RIID_ EMAIL_ADDRESS_", [first, "B@example.com"], [second, "b@example.com"], **by_riid)

    assert cells == ["MERGEFAILED: Record 0 = Email address is that of another record\r\n", second]
    responsys.order("behaviour", {"unique_addresses": False})
    assert merge("RIID_ EMAIL_ADDRESS_", [first, "b@example.com"], **by_riid) == [first]
