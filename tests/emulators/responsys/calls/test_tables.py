"""Supplemental tables, as section 6 of the API reference has them."""

import pytest

from tests.emulators.conftest import records, refusal

PATH = "/folders/Main/suppData"
MEMBERS = f"{PATH}/ORDERS/members"
TYPES = "CHAR, STR25, STR100, STR500, STR4000, INTEGER, NUMBER, TIMESTAMP"
RULE = {"insertOnNoMatch": True, "updateOnMatch": "REPLACE_ALL"}


@pytest.fixture
def tables(responsys):
    """ORDERS has a primary key of two columns, VISITS has none."""
    orders = {"ID": "STR25", "LINE": "INTEGER", "TOTAL": "NUMBER", "PLACED": "TIMESTAMP"}
    visits = {"CUSTOMER": "STR100", "PAGE": "STR500"}
    responsys.order(
        "tables",
        {
            "tables": [
                {"name": "ORDERS", "fields": orders, "primary_key": ["ID", "LINE"]},
                {"name": "VISITS", "fields": visits},
            ]
        },
    )


@pytest.fixture
def merge(responsys, token, tables):
    """Merges rows and returns the whole answer."""

    def send(fields, *rows, table="ORDERS", **parts):
        body = {"recordData": records(fields, *rows)} | RULE | parts
        return responsys.post(f"{PATH}/{table}/members", token, body)

    return send


def rows(responsys, table="ORDERS"):
    return responsys.ask(f"table?name={table}")["rows"]


def test_the_answer_repeats_the_merged_records(responsys, merge):
    answer = merge("id LINE TOTAL", ["A-1", "1", "9.50"], ["A-1", "2", None])

    links = [{"rel": "self", "href": f"/rest/api/v1.3{MEMBERS}", "method": "POST"}]
    sent = {"recordData": records("id LINE TOTAL", ["A-1", "1", "9.50"], ["A-1", "2", None])}
    assert answer.json() == sent | RULE | {"matchColumnNames": None, "links": links}
    assert rows(responsys) == [{"ID": "A-1", "LINE": "1", "TOTAL": "9.50"}, {"ID": "A-1", "LINE": "2"}]
    assert responsys.violations() == []


def test_a_record_that_fails_has_the_error_in_its_first_cell_and_empty_cells_after_it(responsys, merge):
    answer = merge("ID LINE TOTAL", ["A-1", "1w", "5"], ["A-1", "1", "5"], [None, "1", "5"])

    reason = 'MERGEFAILED: Record 0 = The value "1w" is not valid for the field type INTEGER\r\n'
    empty = "MERGEFAILED: Record 2 = The field ID is empty\r\n"
    assert answer.json()["recordData"]["records"] == [[reason, "", ""], ["A-1", "1", "5"], [empty, "", ""]]
    assert len(rows(responsys)) == 1
    assert responsys.ask("ledger?function=mergeSupplementalTableMembers")["calls"][0]["rejected"] == 2


@pytest.mark.parametrize(
    ("field", "kind", "value"),
    [
        ("ID", "STR25", "x" * 26),
        ("LINE", "INTEGER", "1.0"),
        ("TOTAL", "NUMBER", "1,0"),
        ("PLACED", "TIMESTAMP", "05/01/2026"),
    ],
)
def test_a_value_fits_the_type_of_its_column(merge, field, kind, value):
    row = {"ID": "A-1", "LINE": "1", "TOTAL": "1", "PLACED": "2026-01-05T00:00:00.000Z"}

    answer = merge("ID LINE TOTAL PLACED", list((row | {field: value}).values()), list(row.values()))

    (bad, *_), good = answer.json()["recordData"]["records"]
    assert bad.endswith(f'The value "{value}" is not valid for the field type {kind}\r\n')
    assert good == list(row.values())


def test_a_row_is_changed_in_the_columns_that_are_named_only(responsys, merge):
    merge("ID LINE TOTAL", ["A-1", "1", "5"])
    merge("ID LINE PLACED", ["A-1", "1", "2026-01-05 00:00:00"])

    assert rows(responsys) == [{"ID": "A-1", "LINE": "1", "TOTAL": "5", "PLACED": "2026-01-05 00:00:00"}]


def test_the_rule_may_forbid_to_insert_or_to_update(responsys, merge):
    merge("ID LINE TOTAL", ["A-1", "1", "5"])

    merge("ID LINE TOTAL", ["A-1", "1", "6"], updateOnMatch="NO_UPDATE")
    missing = merge("ID LINE", ["A-2", "1"], insertOnNoMatch=False)

    reason = "MERGEFAILED: Record 0 = RECORD_NOT_FOUND: No records found\r\n"
    assert missing.json()["recordData"]["records"] == [[reason, ""]]
    assert rows(responsys) == [{"ID": "A-1", "LINE": "1", "TOTAL": "5"}]


def test_a_table_without_primary_key_is_matched_by_columns_that_the_call_names(responsys, merge):
    merge("CUSTOMER PAGE", ["C-1", "/a"], ["C-2", "/a"], table="VISITS", matchColumnNames=["CUSTOMER"])
    merge("CUSTOMER PAGE", ["C-1", "/b"], table="VISITS", matchColumnNames=["customer"])

    assert rows(responsys, "VISITS") == [
        {"CUSTOMER": "C-1", "PAGE": "/b"},
        {"CUSTOMER": "C-2", "PAGE": "/a"},
    ]


@pytest.mark.parametrize(
    ("table", "fields", "parts", "reason"),
    [
        (
            "ORDERS",
            "ID LINE",
            {"matchColumnNames": ["ID"]},
            "matchColumnNames is not for a table with a primary key",
        ),
        ("VISITS", "PAGE", {}, "matchColumnNames is empty; the table has no primary key"),
        (
            "VISITS",
            "PAGE",
            {"matchColumnNames": ["CUSTOMER"]},
            "match column CUSTOMER is not among fieldNames",
        ),
        ("ORDERS", "ID TOTAL", {}, "match column LINE is not among fieldNames"),
        ("ORDERS", "ID id", {}, "field name id comes twice"),
    ],
)
def test_a_request_that_contradicts_itself_is_refused(responsys, merge, table, fields, parts, reason):
    answer = merge(fields, ["1"] * len(fields.split()), table=table, **parts)

    assert refusal(answer) == (400, "INVALID_PARAMETER", reason)
    assert responsys.violations() == [reason]


def test_more_than_200_records_are_refused(merge):
    assert refusal(merge("ID LINE", *[["A", "1"]] * 201))[1] == "RECORD_LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Main/suppData/NO", (404, "RESOURCE_NOT_FOUND", "Supplemental name [NO] does not exist")),
        ("Attic/suppData/ORDERS", (404, "FOLDER_NOT_FOUND", "Attic Folder Not Found")),
    ],
)
def test_an_unknown_folder_or_table_is_reported(responsys, token, place, expected):
    assert refusal(responsys.post(f"/folders/{place}/members", token, {})) == expected
    assert refusal(responsys.get(f"/v1.3/folder/{place}", token)) == expected


def test_a_row_is_read_and_deleted_by_its_whole_primary_key(responsys, token, merge):
    merge("ID LINE TOTAL", ["A-1", "1", "5"], ["A-1", "2", "6"])
    key = "qa=line&qa=ID&id=2&id=A-1"

    read = responsys.get(f"/v1.3{MEMBERS}?{key}&fs=ID,TOTAL", token).json()["recordData"]
    deleted, again = (responsys.delete(f"{MEMBERS}?{key}", token) for _ in range(2))

    assert read == records("ID TOTAL", ["A-1", "6"])
    assert deleted.json()["recordData"] == records("line ID", ["2", "A-1"])
    assert refusal(again) == (404, "RECORD_NOT_FOUND", "No Records found for the Id")
    assert rows(responsys) == [{"ID": "A-1", "LINE": "1", "TOTAL": "5"}]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("qa=ID&id=A-1", "qa does not name the primary key: ID, LINE"),
        ("qa=ID&qa=LINE&qa=TOTAL&id=1&id=1&id=1", "qa does not name the primary key: ID, LINE"),
        ("qa=ID&qa=LINE&id=A-1", "1 times id for 2 times qa"),
    ],
)
def test_half_a_primary_key_is_refused(responsys, token, tables, query, reason):
    assert refusal(responsys.delete(f"{MEMBERS}?{query}", token)) == (400, "INVALID_PARAMETER", reason)
    assert responsys.violations() == [reason]


def test_a_table_that_was_created_is_listed_with_its_columns_in_upper_case(responsys, token):
    fields = [{"fieldName": "offerId", "fieldType": "STR25"}, {"fieldName": "TITLE", "fieldType": "STR100"}]
    body = {"table": {"objectName": "OFFERS"}, "fields": fields, "primaryKeys": ["offerId"]}

    created = responsys.post(PATH, token, body)
    again = responsys.post(PATH, token, body)
    _, listed = responsys.get("/v1.3/suppData", token).json()
    one = responsys.get("/v1.3/folder/Main/suppData/OFFERS?ft=PK", token).json()

    key = {"fieldName": "OFFERID", "fieldType": "STR25"}
    assert (created.status_code, created.json()) == (200, True)
    assert refusal(again)[1] == "TABLE_ALREADY_EXISTS"
    assert listed == {"name": "OFFERS", "folderName": "Main", "fields": [key, fields[1]]}
    assert (one["fields"], one["suppData"]) == ([key], {"folderName": "Main", "objectName": "OFFERS"})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fields": []}, "fields is empty"),
        (
            {"fields": [{"fieldName": "N", "fieldType": "STRING"}]},
            f"field type STRING is not one of {TYPES}",
        ),
        ({"primaryKeys": ["OTHER"]}, "primary key OTHER is not among fields"),
    ],
)
def test_a_table_that_cannot_be_is_refused(responsys, token, changes, reason):
    body = {"table": {"objectName": "T"}, "fields": [{"fieldName": "N", "fieldType": "CHAR"}]} | changes

    assert refusal(responsys.post(PATH, token, body)) == (400, "INVALID_PARAMETER", reason)
