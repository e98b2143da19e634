"""supplemental_table against the Responsys emulator."""

import pytest
from msgspec.structs import replace

from pipeline.errors import Held, OutcomeUnknown, Refused
from pipeline.model.call import Rejection
from pipeline.responsys.actions.supplemental_table import SupplementalTable
from tests.responsys.actions.test_supplemental_table import tiers

TABLE = SupplementalTable
FIELDS = {"CUSTOMER": "STR100", "TIER": "STR25", "POINTS": "INTEGER", "SEEN": "TIMESTAMP"}
COLUMNS = {
    "crm_id": "CUSTOMER",
    "tier": "TIER",
    "points": {"column": "POINTS", "null": "blank"},
    "seen": {"column": "SEEN", "type": "TIMESTAMP"},
}


@pytest.fixture
def table(emulator):
    """Makes the table anew."""

    def make(primary_key=("CUSTOMER",), *rows):
        seed = {"name": "TIERS", "folder": "Tables", "fields": FIELDS, "primary_key": list(primary_key)}
        emulator.order(
            "tables", {"tables": [{**seed, "rows": [dict(zip(FIELDS, row, strict=True)) for row in rows]}]}
        )

    make()
    return make


@pytest.fixture
def rows(emulator):
    """Reads the row with this primary key."""

    def read(*key, by=("CUSTOMER",)):
        query = "&".join([*(f"qa={name}" for name in by), *(f"id={value}" for value in key), "fs=all"])
        answer = emulator.get(f"/v1.3/folders/Tables/suppData/TIERS/members?{query}", emulator.login()).json()
        return answer["recordData"]["records"] if "recordData" in answer else answer["errorCode"]

    return read


@pytest.fixture
def customer(make_activation):
    def make(crm_id, call_type="ADD", **variables):
        return replace(make_activation({"crm_id": crm_id}, variables, profile=crm_id), call_type=call_type)

    return make


def test_rows_are_inserted_and_updated_and_columns_that_are_not_sent_stay(
    emulator, run, table, rows, customer
):
    destination = tiers(columns=COLUMNS, key=["CUSTOMER"])

    first = [customer("C-1", tier="Zürich", points=7), customer("C-2", tier="gold", points=0)]
    assert run(TABLE, destination, *first) == [None, None]
    assert run(TABLE, destination, customer("C-1", seen="2026-11-21T12:00:00+02:00")) == [None]
    assert run(TABLE, destination, customer("C-2", points=None)) == [None]

    assert rows("C-1") == [["C-1", "Zürich", "7", "2026-11-21T10:00:00Z"]]
    assert rows("C-2") == [["C-2", "gold", None, None]]
    assert emulator.violations() == []


def test_a_value_that_does_not_fit_fails_its_row_alone(emulator, run, table, rows, customer):
    destination = tiers(columns=COLUMNS, key=["CUSTOMER"])

    assert run(TABLE, destination, customer("C-1", points="1w"), customer("C-2", points=7)) == [
        Rejection("MERGEFAILED", 'The value "1w" is not valid for the field type INTEGER'),
        None,
    ]
    assert (rows("C-1"), rows("C-2")) == ("RECORD_NOT_FOUND", [["C-2", None, "7", None]])
    assert emulator.violations() == []


@pytest.mark.parametrize(
    ("options", "known", "new"),
    [
        ({}, ["C-1", "new", "1", None], [["C-2", "new", None, None]]),
        ({"update_on_match": "NO_UPDATE"}, ["C-1", "old", "1", None], [["C-2", "new", None, None]]),
        ({"insert_on_no_match": False}, ["C-1", "new", "1", None], "RECORD_NOT_FOUND"),
    ],
)
def test_what_is_done_with_rows_that_are_there_and_with_others_is_configured(
    run, table, rows, customer, options, known, new
):
    table(["CUSTOMER"], ["C-1", "old", "1", None])

    run(TABLE, tiers(columns=COLUMNS, **options), customer("C-1", tier="new"), customer("C-2", tier="new"))
    assert (rows("C-1"), rows("C-2")) == ([known], new)


def test_a_table_without_a_primary_key_matches_by_other_columns(emulator, run, table, customer):
    table([])
    destination = tiers(columns=COLUMNS, match_columns=["CUSTOMER"])

    assert run(TABLE, destination, customer("C-1", tier="gold")) == [None]
    assert emulator.violations() == []


def test_columns_to_match_by_are_refused_by_a_table_with_a_primary_key(run, table, customer):
    with pytest.raises(Refused, match="INVALID_PARAMETER"):
        run(TABLE, tiers(columns=COLUMNS, match_columns=["CUSTOMER"]), customer("C-1"))


def test_leavers_are_deleted_and_it_may_be_done_again(emulator, run, table, rows, customer):
    table(["CUSTOMER", "TIER"], ["C&1 ü", "a/b+c", "1", None], ["C&1 ü", "gold", "2", None])
    destination = tiers(columns=COLUMNS, key=["TIER", "CUSTOMER"], on_remove="delete")
    leaver = customer("C&1 ü", "REMOVE", tier="a/b+c")

    assert run(TABLE, destination, leaver) == [None]
    assert run(TABLE, destination, leaver) == [None]
    by = ("CUSTOMER", "TIER")
    assert rows("C%261 ü", "a/b%2Bc", by=by) == "RECORD_NOT_FOUND"
    assert rows("C%261 ü", "gold", by=by) == [["C&1 ü", "gold", "2", None]]
    assert emulator.violations() == []


@pytest.mark.parametrize(
    ("place", "code"),
    [({"table": "OTHER"}, "RESOURCE_NOT_FOUND"), ({"folder": "Else"}, "FOLDER_NOT_FOUND")],
)
@pytest.mark.parametrize("call_type", ["ADD", "REMOVE"])
def test_a_missing_table_holds_the_destination(run, table, customer, place, code, call_type):
    destination = tiers(columns=COLUMNS, key=["CUSTOMER"], on_remove="delete", **place)

    with pytest.raises(Held, match=code) as caught:
        run(TABLE, destination, customer("C-1", call_type))
    assert caught.value.scope == "destination"


def test_a_missing_column_is_reported_by_its_name(run, table, customer):
    with pytest.raises(Held, match=r"INVALID_FIELD_NAME: .*COLOUR"):
        run(TABLE, tiers(columns={"crm_id": "CUSTOMER", "c": "COLOUR"}), customer("C-1", c="red"))


@pytest.mark.parametrize("kind", ["short", "long", "reorder"])
def test_an_answer_that_does_not_fit_is_unknown(emulator, run, table, customer, kind):
    emulator.order("faults", [{"function": "mergeSupplementalTableMembers", "kind": kind}])

    with pytest.raises(OutcomeUnknown):
        run(TABLE, tiers(columns=COLUMNS), customer("C-1"), customer("C-2"))
