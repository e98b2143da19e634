"""Profile extension tables, as section 4 of the API reference has them."""

import pytest

from tests.emulators.conftest import records, refusal

PATH = "/lists/CONTACTS_LIST/listExtensions"
DEMO_1, DEMO_2 = "100000002", "100000003"


@pytest.fixture
def create(responsys, token):
    """Creates a table and returns the whole answer."""

    def send(name="PET", folder="Main", **fields):
        columns = [{"fieldName": field, "fieldType": kind} for field, kind in fields.items()]
        body = {"profileExtension": {"objectName": name, "folderName": folder}, "fields": columns}
        return responsys.post(PATH, token, body)

    return send


@pytest.fixture
def merge(responsys, token):
    """Merges rows into LOYALTY, which has TIER and POINTS, and returns the whole answer."""

    def send(fields, *rows, **parts):
        body = {
            "recordData": records(fields, *rows),
            "insertOnNoMatch": True,
            "updateOnMatch": "REPLACE_ALL",
            "matchColumnName1": "CUSTOMER_ID",
            "matchColumnName2": None,
        }
        return responsys.post(f"{PATH}/LOYALTY/members", token, body | parts)

    return send


def cells(answer):
    assert answer.status_code == 200, answer.text
    return [cell for (cell,) in answer.json()["recordData"]["records"]]


def rows(responsys):
    return responsys.ask("extension?name=LOYALTY&fs=RIID_,CUSTOMER_ID_,TIER,POINTS")["rows"]


def test_a_table_that_was_created_is_listed_with_its_columns(responsys, token, create):
    created = create(tier="STR500", POINTS="INTEGER")

    _, pet = responsys.get(f"/v1.3{PATH}", token).json()

    assert (created.status_code, created.json()) == (200, True)
    assert pet["profileExtension"] == {"objectName": "PET", "folderName": "Main"}
    assert [field["fieldName"] for field in pet["fields"]] == [
        "RIID_",
        "CREATED_DATE_",
        "MODIFIED_DATE_",
        "CREATED_BY_LOAD_JOB_ID_",
        "LAST_MOD_BY_LOAD_JOB_ID_",
        "LAST_BULK_LOAD_ID_",
        "EMAIL_SHA256_HASH_",
        "EMAIL_MD5_HASH_",
        "TIER",
        "POINTS",
    ]


def test_a_table_is_created_once_and_in_a_folder_that_exists(responsys, create):
    assert refusal(create("LOYALTY", TIER="STR500")) == (
        400,
        "OBJECT_ALREADY_EXISTS",
        "LOYALTY already exists",
    )
    assert refusal(create(folder="Attic", TIER="STR500")) == (
        404,
        "FOLDER_NOT_FOUND",
        "Attic Folder Not Found",
    )
    assert responsys.violations() == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "fields is empty"),
        ({"A1" * 16: "STR500"}, f"field name {'A1' * 16} is longer than 30 characters"),
        ({"TIER_": "STR500"}, "field name TIER_ ends with _, as only system columns do"),
        ({"level": "STR500"}, "field name level is a reserved word"),
        ({"P": "STR500"}, "field name P is a reserved word"),
        (
            {"1ST": "STR500"},
            "field name 1ST does not consist of letters, digits and _, a letter first",
        ),
        ({"TIER": "STR500", "tier": "STR500"}, "field name tier comes twice"),
        (
            {"TIER": "STR25"},
            "field type STR25 is not one of STR500, STR4000, INTEGER, NUMBER, TIMESTAMP",
        ),
    ],
)
def test_columns_that_cannot_be_are_refused(responsys, create, fields, reason):
    assert refusal(create(**fields)) == (400, "INVALID_PARAMETER", reason)
    assert responsys.violations() == [reason]


def test_ten_tables_may_be_created_per_minute(create):
    codes = [create(f"PET_{number}", TIER="STR500").status_code for number in range(11)]

    assert codes == [200] * 10 + [400]


def test_members_of_the_list_get_rows_and_strangers_do_not(responsys, merge):
    answer = merge("CUSTOMER_ID_ tier", ["demo-1", "gold"], ["stranger", "gold"])

    assert answer.json()["recordData"] == records(
        "RIID_",
        [DEMO_1],
        ["MERGEFAILED: Record 1 = RECORD_NOT_FOUND: No records found in the profile list"],
    )
    assert {name: value for name, value in answer.json().items() if name not in ("recordData", "links")} == {
        "insertOnNoMatch": True,
        "updateOnMatch": "REPLACE_ALL",
        "matchColumnName1": "CUSTOMER_ID",
        "matchColumnName2": None,
    }
    assert rows(responsys) == [{"RIID_": DEMO_1, "CUSTOMER_ID_": "demo-1", "TIER": "gold", "POINTS": None}]
    assert responsys.violations() == []


def test_a_row_is_changed_in_the_columns_that_are_named_only(responsys, merge):
    merge("CUSTOMER_ID_ TIER POINTS", ["demo-1", "gold", "5"])
    merge("RIID_ POINTS", [DEMO_1, ""], matchColumnName1="RIID")

    assert rows(responsys) == [{"RIID_": DEMO_1, "CUSTOMER_ID_": "demo-1", "TIER": "gold", "POINTS": None}]


def test_the_rule_may_forbid_to_insert_or_to_update(responsys, merge):
    merge("CUSTOMER_ID_ TIER", ["demo-1", "gold"])

    found = merge("CUSTOMER_ID_ TIER", ["demo-1", "silver"], updateOnMatch="NO_UPDATE")
    missing = merge("CUSTOMER_ID_ TIER", ["demo-2", "silver"], insertOnNoMatch=False)

    assert cells(found) == [DEMO_1]
    assert cells(missing) == ["MERGEFAILED: Record 0 = RECORD_NOT_FOUND: No records found"]
    assert [row["TIER"] for row in rows(responsys)] == ["gold"]


def test_a_key_of_the_list_must_be_among_the_columns(responsys, merge):
    answer = merge("TIER", ["gold"])

    reason = "INVALID_PARAMETER: fieldNames has no key field of the profile list"
    assert cells(answer) == [f"MERGEFAILED: Record 0 = {reason}"]
    assert responsys.violations() == ["fieldNames has no key field of the profile list"]


@pytest.mark.parametrize("name", ["CUSTOMER_ID_", "RIID_", None, "TIER"])
def test_match_columns_have_no_underscore_at_the_end(responsys, merge, name):
    answer = merge("CUSTOMER_ID_ RIID_ TIER", ["demo-1", DEMO_1, "gold"], matchColumnName1=name)

    assert refusal(answer) == (400, "INVALID_PARAMETER", "Match Column is null")
    assert responsys.violations() == ["Match Column is null"]


def test_the_swagger_files_name_of_the_match_column_works_too(merge):
    parts = {"matchColumn": "CUSTOMER_ID", "matchColumnName1": None}

    assert cells(merge("CUSTOMER_ID_ TIER", ["demo-1", "gold"], **parts)) == [DEMO_1]


def test_a_hash_finds_rows_but_inserts_none(responsys, merge):
    hashed = responsys.ask("members?customer_id=demo-1")["members"][0]["EMAIL_SHA256_HASH_"]
    by_hash = {"matchColumnName1": "EMAIL_SHA256_HASH"}

    before = merge("EMAIL_SHA256_HASH_ TIER", [hashed, "gold"], **by_hash)
    merge("CUSTOMER_ID_ TIER", ["demo-1", "silver"])
    after = merge("EMAIL_SHA256_HASH_ TIER", [hashed, "gold"], **by_hash, insertOnNoMatch=False)

    assert cells(before) == ["MERGEFAILED: Record 0 = RECORD_NOT_FOUND: No records found"]
    assert cells(after) == [DEMO_1]
    assert responsys.violations() == ["the merge inserts, but nobody is inserted by a hash"]


@pytest.mark.parametrize(
    ("fields", "row", "reason"),
    [
        ("CUSTOMER_ID_ POINTS", ["demo-1", "x"], 'The value "x" is not valid for the field type NUMBER'),
        ("CUSTOMER_ID_ TIER", ["", "gold"], "match column CUSTOMER_ID_ is empty"),
    ],
)
def test_a_record_that_cannot_be_merged_says_why_in_its_cell(merge, fields, row, reason):
    assert cells(merge(fields, row)) == [f"MERGEFAILED: Record 0 = INVALID_PARAMETER: {reason}"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/lists/OTHER/listExtensions/LOYALTY/members", (404, "LIST_NOT_FOUND", "OTHER List Not Found")),
        (
            f"{PATH}/OTHER/members",
            (404, "PROFILE_EXTENSION_NOT_FOUND", "OTHER Profile Extension Not Found"),
        ),
    ],
)
def test_an_unknown_list_or_table_is_reported(responsys, token, path, expected):
    assert refusal(responsys.post(path, token, {})) == expected


def test_rows_are_deleted_by_an_attribute_of_the_list(responsys, token, merge):
    merge("CUSTOMER_ID_ TIER", ["demo-1", "gold"], ["demo-2", "gold"])

    body = {"queryAttribute": "c", "ids": ["demo-1", "demo-1", "stranger"]}
    answer = responsys.post(f"{PATH}/LOYALTY/members?action=delete", token, body).json()

    gone = "DELETEFAILED: NO records found for id\n"
    assert answer.pop("recordData") == records("RIID_", [DEMO_1], [gone], [gone])
    assert {value for name, value in answer.items() if name != "links"} == {None, False}
    assert [row["CUSTOMER_ID_"] for row in rows(responsys)] == ["demo-2"]


def test_a_row_is_deleted_by_recipient_id(responsys, token, merge):
    merge("CUSTOMER_ID_ TIER", ["demo-1", "gold"])

    answers = [responsys.delete(f"{PATH}/LOYALTY/members/{DEMO_1}", token) for _ in range(2)]

    assert [cells(answer) for answer in answers] == [[DEMO_1], ["DELETEFAILED: NO records found for id\n"]]
    calls = responsys.ask("ledger?function=deleteProfileExtensionMember")["calls"]
    assert [call["rejected"] for call in calls] == [0, 1]


@pytest.mark.parametrize("path", [f"/{DEMO_1}?fs=RIID_,TIER", "?qa=c&id=demo-1&fs=RIID_,TIER"])
def test_a_row_can_be_read(responsys, token, merge, path):
    merge("CUSTOMER_ID_ TIER", ["demo-1", "gold"])

    answer = responsys.get(f"/v1.3{PATH}/LOYALTY/members{path}", token)

    assert answer.json()["recordData"] == records("RIID_ TIER", [DEMO_1, "gold"])


@pytest.mark.parametrize("path", [f"/{DEMO_2}?fs=all", "?qa=e&id=x@example.com&fs=all"])
def test_a_row_that_is_not_there_cannot_be_read(responsys, token, path):
    answer = responsys.get(f"/v1.3{PATH}/LOYALTY/members{path}", token)

    assert refusal(answer)[:2] == (404, "RECORD_NOT_FOUND")


def test_tables_come_from_the_control_api_too(responsys, token, merge):
    table = {"name": "FIELDS", "folder": "Attic", "fields": {"TIER": "STR500"}}

    responsys.order("extensions", {"extensions": [table]})

    assert responsys.ask("extension?name=FIELDS") == table | {"total": 0, "rows": []}
    assert len(responsys.get(f"/v1.3{PATH}", token).json()) == 2


def test_the_summary_counts_records_by_function(responsys, merge):
    merge("CUSTOMER_ID_ TIER", ["demo-1", "gold"], ["stranger", "gold"])

    assert responsys.ask("summary")["records"] == [
        {
            "account": "demo",
            "function": "mergeProfileExtensionMembers",
            "accepted": 1,
            "rejected": {"MERGEFAILED": 1},
            "fill": {"2": 1},
        }
    ]


def test_rows_of_many_members_are_read_at_once(responsys, token, merge):
    merge("CUSTOMER_ID_ TIER", ("demo-1", "gold"), ("demo-2", "tin"))
    responsys.order("reset", {"calls_only": True})
    ids = ["100000003", "100000002", "100000009", "7"]
    body = {"queryAttribute": "r", "fieldList": ["RIID_", "tier"], "ids": ids}

    answer = responsys.post(f"{PATH}/LOYALTY/members?action=get", token, body).json()["recordData"]

    assert answer["fieldNames"] == ["RIID_", "TIER"]
    assert sorted(answer["records"]) == [["100000002", "gold"], ["100000003", "tin"]]
    nobody = responsys.post(f"{PATH}/LOYALTY/members?action=get", token, {**body, "ids": ["7"]})
    assert refusal(nobody)[:2] == (404, "RECORD_NOT_FOUND")
