"""supplemental_table: as in Oracle's api-v1.3-folders-folderName-suppData-suppTable-members-post.htm."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from pipeline.errors import OutcomeUnknown
from pipeline.model.call import Call, Rejection
from pipeline.model.destination import Destination
from pipeline.records.record_reading import destination as read_destination
from pipeline.responsys.actions.supplemental_table import SupplementalTable
from schemas.supplemental_table import SupplementalTable as Options

TABLE = SupplementalTable
TIERS = {
    "audience": "buyers",
    "connector": "acme",
    "action": "supplemental_table",
    "folder": "Tables",
    "table": "TIERS",
    "columns": {"crm_id": "CUSTOMER", "tier": "TIER", "points": "POINTS"},
}
MEMBERS = "/rest/api/v1.3/folders/Tables/suppData/TIERS/members"
ADA = {"crm_id": "C-9"}


def tiers(**options) -> Destination:
    return read_destination("tiers", Options().load({**TIERS, **options}))


@pytest.fixture
def leaver(make_activation):
    def make(identifiers, variables=None):
        return changed(make_activation(identifiers, variables), call_type="REMOVE")

    return make


@pytest.fixture
def merged(connector, make_activation):
    """Reads an answer to two rows with their records."""

    def read(*records):
        rows = [
            make_activation({"crm_id": crm_id}, {"tier": tier}) for crm_id, tier in (("1", "a"), ("2", "b"))
        ]
        (step,) = TABLE(connector, tiers()).steps(rows)
        return step.verdicts(rows, answer("CUSTOMER TIER", *records))

    return read


def answer(columns, *records):
    return {
        "recordData": {"fieldNames": columns.split(), "records": list(records), "mapTemplateName": None},
        "insertOnNoMatch": True,
        "updateOnMatch": "REPLACE_ALL",
        "matchColumnNames": None,
        "links": [{"rel": "self", "href": MEMBERS, "method": "POST"}],
    }


def test_of_one_profile_the_newest_state_is_sent_and_it_may_be_sent_twice(connector, make_activation):
    (step,) = TABLE(connector, tiers()).steps([make_activation(ADA)])

    assert (TABLE.coalesces, step.name, step.repeatable) == (True, "merge", True)


def test_rows_are_merged_by_the_primary_key(connector, make_activation):
    rows = [
        make_activation(ADA, {"tier": "gold", "points": 7}),
        make_activation({"crm_id": "C-10"}, {"tier": "Zürich", "points": 0.5}, profile="p-2"),
    ]
    (step,) = TABLE(connector, tiers(key=["CUSTOMER"])).steps(rows)

    assert step.call(rows) == Call(
        function="mergeSupplementalTableMembers",
        path=MEMBERS,
        body={
            "recordData": {
                "fieldNames": ["CUSTOMER", "POINTS", "TIER"],
                "records": [["C-9", "7", "gold"], ["C-10", "0.5", "Zürich"]],
                "mapTemplateName": None,
            },
            "insertOnNoMatch": True,
            "updateOnMatch": "REPLACE_ALL",
        },
    )


def test_a_table_without_a_primary_key_is_reported_what_to_match_by(connector, make_activation):
    destination = tiers(
        match_columns=["CUSTOMER", "TIER"], insert_on_no_match=False, update_on_match="NO_UPDATE"
    )
    rows = [make_activation(ADA, {"tier": "gold"})]
    (step,) = TABLE(connector, destination).steps(rows)

    assert step.call(rows).body == {
        "recordData": {
            "fieldNames": ["CUSTOMER", "TIER"],
            "records": [["C-9", "gold"]],
            "mapTemplateName": None,
        },
        "insertOnNoMatch": False,
        "updateOnMatch": "NO_UPDATE",
        "matchColumnNames": ["CUSTOMER", "TIER"],
    }


def test_names_are_percent_encoded_and_the_family_of_the_api_is_the_connectors(connector, make_activation):
    rows = [make_activation(ADA)]
    (step,) = TABLE(replace(connector, api="async"), tiers(folder="Ä B", table="T&T")).steps(rows)

    assert step.call(rows).path == "/rest/asyncApi/v1.3/folders/%C3%84%20B/suppData/T%26T/members"


@pytest.mark.parametrize(
    ("variables", "shape"),
    [
        ({"tier": "gold", "points": 7}, "merge CUSTOMER POINTS TIER"),
        ({"points": 7, "tier": "gold", "other": 1}, "merge CUSTOMER POINTS TIER"),
        ({"tier": "gold"}, "merge CUSTOMER TIER"),
        ({"tier": "gold", "points": None}, "merge CUSTOMER TIER"),
        ({}, "merge CUSTOMER"),
    ],
)
def test_rows_with_the_same_columns_share_a_call(connector, make_activation, variables, shape):
    assert TABLE(connector, tiers()).shape(make_activation(ADA, variables)) == shape


def test_a_null_does_what_its_column_says(connector, make_activation):
    columns = {
        "crm_id": "CUSTOMER",
        "tier": {"column": "TIER", "null": "blank"},
        "points": {"column": "POINTS", "default": 0},
    }
    rows = [make_activation(ADA, {"tier": None, "points": None})]
    (step,) = TABLE(connector, tiers(columns=columns)).steps(rows)

    assert step.call(rows).body["recordData"]["records"] == [["C-9", "0", ""]]


def test_a_date_is_written_in_utc(connector, make_activation):
    columns = {"crm_id": "CUSTOMER", "seen": {"column": "SEEN", "type": "TIMESTAMP"}}
    rows = [make_activation(ADA, {"seen": "2026-11-21T12:00:00+02:00"})]
    (step,) = TABLE(connector, tiers(columns=columns)).steps(rows)

    assert step.call(rows).body["recordData"]["records"] == [["C-9", "2026-11-21T10:00:00Z"]]


def test_leavers_are_deleted_one_by_one(connector, leaver):
    destination = tiers(key=["CUSTOMER", "TIER"], on_remove="delete")
    row = leaver({"crm_id": "C&9 ü"}, {"tier": "a/b", "points": 7})
    (step,) = TABLE(connector, destination).steps([row])

    assert TABLE(connector, destination).shape(row) == "delete"
    assert TABLE(connector, destination).most_rows([row]) == 1
    assert (step.name, step.repeatable, step.settled_by) == ("delete", True, {"RECORD_NOT_FOUND"})
    assert step.call([row]) == Call(
        function="deleteSupplementalTableMember",
        path=f"{MEMBERS}?qa=CUSTOMER&qa=TIER&id=C%269%20%C3%BC&id=a%2Fb",
        method="DELETE",
    )


def test_merges_hold_as_many_rows_as_the_destination_says(connector, make_activation):
    assert TABLE(connector, tiers()).most_rows([make_activation(ADA)]) is None


def test_deleting_has_no_asynchronous_form(connector, leaver):
    rows = [leaver(ADA)]
    (step,) = TABLE(replace(connector, api="async"), tiers(key=["CUSTOMER"], on_remove="delete")).steps(rows)

    assert step.call(rows).path.startswith("/rest/api/")


def test_the_functions_are_those_of_all_steps(connector, make_activation, leaver):
    destination = tiers(key=["CUSTOMER"], on_remove="delete")
    steps = [*TABLE(connector, destination).steps([make_activation(ADA)]),
             *TABLE(connector, destination).steps([leaver(ADA)])]  # fmt: skip

    assert tuple(step.function for step in steps) == TABLE.functions


def test_nothing_is_done_about_leavers_who_waited_when_that_was_configured(connector, leaver):
    assert TABLE(connector, tiers()).steps([leaver(ADA)]) == ()


@pytest.mark.parametrize(
    ("options", "identifiers", "variables", "problem"),
    [
        ({}, ADA, {}, None),
        ({}, {}, {"tier": "gold"}, None),
        ({}, {}, {"other": 1}, "it has a value for none of the columns"),
        ({"key": ["CUSTOMER"]}, ADA, {"tier": "gold"}, None),
        ({"key": ["CUSTOMER"]}, {}, {"tier": "gold"}, "crm_id"),
        ({"key": ["CUSTOMER", "TIER"]}, ADA, {"tier": None}, "tier"),
        ({"match_columns": ["TIER"]}, ADA, {"tier": ""}, "tier"),
    ],
)
def test_a_row_must_have_what_it_is_found_by(
    connector, make_activation, options, identifiers, variables, problem
):
    missing = f'identifier or variable "{problem}" is missing, by which the row is found'
    expected = missing if problem in ("crm_id", "tier") else problem

    assert TABLE(connector, tiers(**options)).problem(make_activation(identifiers, variables)) == expected


def test_a_leaver_needs_the_key_alone(connector, leaver):
    destination = tiers(key=["CUSTOMER"], on_remove="delete")

    assert TABLE(connector, destination).problem(leaver(ADA)) is None
    assert TABLE(connector, destination).problem(leaver({}, {"tier": "gold"})) is not None


def test_a_bad_value_is_left_out_but_not_one_that_the_row_is_found_by(connector, make_activation):
    skipping = {"type": "INTEGER", "invalid": "skip"}
    columns = {"number": {"column": "ORDER_NO", **skipping}, "points": {"column": "POINTS", **skipping}}
    table = TABLE(connector, tiers(columns=columns, key=["ORDER_NO"]))
    row = make_activation({}, {"number": "1", "points": "many"})

    assert (table.problem(row), table.left_out([row])) == (None, {"POINTS": 1})
    assert table.problem(make_activation({}, {"number": "one", "points": "7"})) == (
        '"number" for ORDER_NO is not a whole number'
    )


def test_a_snapshot_looks_at_what_goes_into_columns(connector):
    assert TABLE(connector, tiers()).attributes() == {"crm_id", "tier", "points"}


def test_what_was_sent_comes_back_when_it_went_well(merged):
    assert merged(["1", "a"], ["2", "b"]) == [None, None]


def test_a_row_that_failed_has_the_reason_in_its_first_cell(merged):
    """As recorded."""
    failed = 'MERGEFAILED: Record 1 = The value "b" is not valid for the field type INTEGER\r\n'

    assert merged(["1", "a"], [failed, ""]) == [
        None,
        Rejection("MERGEFAILED", 'The value "b" is not valid for the field type INTEGER'),
    ]


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([["2", "b"], ["1", "a"]], "another row's"),
        ([["MERGEFAILED: Record 1 = no", ""], ["1", "a"]], "the record at place 0 tells of that at 1"),
        ([["1", "a"]], "1 record for 2 rows"),
    ],
)
def test_an_answer_that_does_not_fit_the_rows_is_unknown_and_never_shifted(merged, records, why):
    with pytest.raises(OutcomeUnknown, match=why):
        merged(*records)


@pytest.mark.parametrize("record", [["1", "A"], ["1.0", None]])
def test_values_may_come_back_written_in_another_way(merged, record):
    assert merged(record, ["2", "b"]) == [None, None]


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (["C-9"], None),
        (["DELETEFAILED: NO records found for id\n"], None),
        (["DELETEFAILED: no"], Rejection("DELETEFAILED", "no")),
    ],
)
def test_a_row_that_is_gone_already_is_as_good_as_deleted(connector, leaver, record, verdict):
    rows = [leaver(ADA)]
    (step,) = TABLE(connector, tiers(key=["CUSTOMER"], on_remove="delete")).steps(rows)

    assert step.verdicts(rows, answer("CUSTOMER", record)) == [verdict]
