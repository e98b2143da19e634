"""schemas.supplemental_table."""

import pytest
from marshmallow import ValidationError

from schemas.document import paths
from schemas.supplemental_table import SupplementalTable

TIERS = {
    "audience": "buyers",
    "connector": "acme",
    "action": "supplemental_table",
    "folder": "Tables",
    "table": "TIERS",
    "columns": {"crm_id": "CUSTOMER", "tier": "TIER"},
}


def load(**changes):
    document = {key: value for key, value in {**TIERS, **changes}.items() if value is not ...}
    return SupplementalTable().load(document)


def problems(**changes):
    with pytest.raises(ValidationError) as caught:
        load(**changes)
    return paths(caught.value.messages)


def test_what_is_left_out_has_a_default():
    assert load() == {
        **TIERS,
        "columns": {
            "crm_id": {"column": "CUSTOMER", "null": "skip"},
            "tier": {"column": "TIER", "null": "skip"},
        },
        "key": None,
        "match_columns": None,
        "insert_on_no_match": True,
        "update_on_match": "REPLACE_ALL",
        "on_remove": "nothing",
        "call_types": ["ADD", "UPDATE"],
        "max_rows": 200,
        "max_age": 600,
    }


def test_everything_may_be_given():
    given = {
        **TIERS,
        "columns": {
            "crm_id": {"column": "CUSTOMER", "null": "skip"},
            "tier": {"column": "TIER", "null": "blank"},
            "points": {"column": "POINTS", "type": "INTEGER", "default": 0},
            "seen": {"column": "SEEN", "type": "TIMESTAMP", "null": "skip"},
        },
        "key": ["CUSTOMER", "TIER"],
        "insert_on_no_match": False,
        "update_on_match": "NO_UPDATE",
        "on_remove": "delete",
        "call_types": ["ADD", "REMOVE"],
        "max_rows": 1,
        "max_age": 0.5,
    }

    assert load(**given) == {**given, "match_columns": None}


def test_leavers_are_taken_where_something_is_done_about_them():
    assert load(on_remove="delete", key=["CUSTOMER"])["call_types"] == ["ADD", "UPDATE", "REMOVE"]


def test_columns_are_written_as_responsys_writes_them():
    loaded = load(columns={"crm_id": "customer", "tier": {"column": "Tier"}}, match_columns=["Customer"])

    assert [entry["column"] for entry in loaded["columns"].values()] == ["CUSTOMER", "TIER"]
    assert loaded["match_columns"] == ["CUSTOMER"]


@pytest.mark.parametrize(
    "given", [{}, {"on_remove": "delete", "key": ["CUSTOMER"]}, {"match_columns": ["CUSTOMER"]}]
)
def test_what_was_exported_can_be_applied(given):
    """As configuration it has no nulls."""
    exported = {key: value for key, value in load(**given).items() if value is not None}

    assert load(**exported) == load(**given)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"folder": ...}, "folder: is missing"),
        ({"folder": "A/B"}, "folder: must not contain slashes"),
        ({"table": ...}, "table: is missing"),
        ({"table": "A\\B"}, "table: must not contain slashes"),
        ({"columns": ...}, "columns: is missing"),
        ({"columns": {}}, "columns: must name at least one column"),
        ({"columns": ["tier"]}, "columns: must be a table"),
        ({"columns": {"tier": 1}}, "columns.tier: must be the name of a column, or a table with it"),
        (
            {"columns": {"tier": "date"}},
            'columns.tier.column: "date" cannot be the name of a column: the word is reserved',
        ),
        ({"columns": {"a": "ONE", "b": "one"}}, 'columns.b: "ONE" gets the value of "a" already'),
        (
            {"columns": {"a": {"column": "ONE", "type": "STR50"}}},
            'columns.a.type: "STR50" is not a type of column; did you mean "STR500"? '
            "there are: CHAR, INTEGER, NUMBER, STR100, STR25, STR4000, STR500, TIMESTAMP",
        ),
        ({"key": "CUSTOMER"}, "key: must be a list of at least one column"),
        ({"key": []}, "key: must be a list of at least one column"),
        ({"key": ["TIER", "tier"]}, "key: must not name anything twice"),
        (
            {"key": ["CUSTMER"]},
            'key: "CUSTMER" is not one of the columns; did you mean "CUSTOMER"? there are: CUSTOMER, TIER',
        ),
        ({"match_columns": ["X"]}, 'match_columns: "X" is not one of the columns; there are: CUSTOMER, TIER'),
        (
            {"key": ["CUSTOMER"], "match_columns": ["TIER"]},
            'match_columns: is for tables without a primary key; leave it out, or "key"',
        ),
        ({"insert_on_no_match": "yes"}, "insert_on_no_match: must be true or false"),
        (
            {"update_on_match": "REPLACE"},
            'update_on_match: "REPLACE" is not a rule for rows that match; did you mean "REPLACE_ALL"? '
            "there are: NO_UPDATE, REPLACE_ALL",
        ),
        ({"on_remove": "flag"}, 'on_remove: "flag" is not something to do then; there are: delete, nothing'),
        (
            {"on_remove": "delete"},
            'key: is missing: on_remove = "delete" finds a row by the columns of the primary key',
        ),
        ({"call_types": ["ADD", "REMOVE"]}, 'call_types: on_remove = "nothing" has no use for REMOVE'),
        (
            {"call_types": ["ADD"], "on_remove": "delete", "key": ["CUSTOMER"]},
            'call_types: on_remove = "delete" needs REMOVE',
        ),
        ({"on_unknown": "resend"}, "on_unknown: is not a known key"),
    ],
)
def test_a_problem_is_reported_with_its_path(change, problem):
    assert problems(**change) == [problem]


def test_all_problems_are_reported_at_once():
    change = {"folder": "A/B", "columns": {"a": "ORDER", "b": "FINE"}, "on_remove": "delete", "tabel": "T"}

    assert sorted(line.partition(":")[0] for line in problems(**change)) == [
        "columns.a.column",
        "folder",
        "key",
        "tabel",
    ]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"column": "ID", "null": "skip"}, '"ID" cannot be the name of a column: the word is reserved'),
        ({"null": "skip"}, "is missing"),
    ],
)
def test_a_column_that_is_wrong_is_reported_also_beside_others_and_a_key(entry, problem):
    assert problems(columns={"crm_id": "CUSTOMER", "id": entry}, key=["CUSTOMER"]) == [
        f"columns.id.column: {problem}"
    ]
