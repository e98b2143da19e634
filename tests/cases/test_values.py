"""Values that are looked at before they are sent, by the number and name of their case."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.model.activation import from_mapping
from pipeline.model.destination import Destination
from pipeline.produce.files import read
from pipeline.responsys.actions.custom_event import CustomEvent
from pipeline.responsys.connector import ResponsysConnector
from tests.responsys.actions.exports import ACTION, export, merged

ACME = ResponsysConnector(
    name="acme", title="Acme", username="api_user", password="secret",
    auth_endpoint="https://login5.responsys.net", profile_list="CONTACTS_LIST", identifier_type="crm_id",
)  # fmt: skip
CASES = Path(__file__).parent
NO_ADDRESS = 'identifier "email" is not an e-mail address'


@pytest.fixture
def connector():
    return ACME


def activations(case):
    with (CASES / case).open("rb") as file:
        return [from_mapping({"audience": "all", "call_type": "UPDATE", **line.row}) for line in read(file)]


def test_case_08_an_address_is_one_address_for_an_event_too(connector):
    connector = replace(connector, identifier_type="hashed_email")
    event = CustomEvent(
        connector, Destination("lapsed", "all", "acme", "custom_event", options={"event": "E"})
    )

    rows = activations("08-invisible-characters/addresses.csv")

    assert [event.problem(row) for row in rows] == [None, None, None, NO_ADDRESS, NO_ADDRESS, NO_ADDRESS]
    assert [row.identifiers["email"] for row in rows[:3]] == [
        "ann@example.com", "bo@example.com", "cy@example.com",
    ]  # fmt: skip


def opt_outs(**column):
    """Return an export as in case 14, and its rows."""
    seen = {"column": "SEEN", "type": "TIMESTAMP", **column}
    identifiers = {"email": "EMAIL_ADDRESS_"}
    destination = export(
        identifiers=identifiers, match_column_1="EMAIL_ADDRESS_", columns={"seen": seen}, permission="consent"
    )
    return destination, activations("14-bad-date-and-opt-out/rows.jsonl")


def test_case_14_a_text_that_is_no_date_is_named_with_its_column(connector):
    destination, rows = opt_outs()

    problem = '"seen" for SEEN is not a date in ISO 8601, with or without a time'
    assert [ACTION(connector, destination).problem(row) for row in rows] == [problem, None, problem, problem]


def test_case_14_a_column_may_be_skipped_so_that_an_opt_out_goes(connector):
    destination, rows = opt_outs(invalid="skip")
    action = ACTION(connector, destination)

    assert [action.problem(row) for row in rows] == [None] * 4
    assert merged(connector, destination, rows[0]) == (
        ["EMAIL_ADDRESS_", "EMAIL_PERMISSION_STATUS_"],
        [["ann@example.com", "O"]],
    )
    assert action.shape(rows[0]) != action.shape(rows[1])
    assert action.left_out(rows) == {"SEEN": 3}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("INTEGER", ["7", "-7", 7, "", None], ["7.5", "seven", "1,000", "\u0661"]),
        ("NUMBER", ["7", "-7.25", 7.5, "1e3", ".5"], ["1,5", "NaN", "Infinity", "--1", "."]),
        (
            "TIMESTAMP",
            ["2026-12-31", "2026-12-31T10:00:00+02:00", "1965-05-05", "1965-05-05 10:00"],
            ["31/12/2026", "0000-00-00", "2026-02-30", "0001-01-01T00:00:00+02:00", "10000-01-01"],
        ),
        ("STR500", ["anything"], []),
    ],
)
def test_values_have_the_form_of_their_column(connector, kind, good, bad):
    destination, (row, *_) = opt_outs(type=kind)
    action = ACTION(connector, destination)

    def problem(value):
        changed = json.loads(json.dumps({"consent": "O", "seen": value}))
        return action.problem(from_mapping({
            "audience": "all", "profile_id": "p", "call_type": "ADD", "identifiers": row.identifiers,
            "variables": changed,
        }))  # fmt: skip

    assert [problem(value) for value in good] == [None] * len(good)
    assert all("for SEEN is not" in problem(value) for value in bad)
