"""Several columns in match_column_1: the first that a row has."""

import pytest

from pipeline.errors import OutcomeUnknown
from tests.responsys.actions.exports import ACTION, answered, calls, export, merged, row, steps

EITHER = {
    "identifiers": {"riid": "RIID_", "email": "EMAIL_ADDRESS_"},
    "match_column_1": ["RIID_", "EMAIL_ADDRESS_"],
    "insert_on_no_match": True,
    "new_members": "optin",
}
KNOWN = row(1, identifiers={"riid": "7", "email": "demo-1@example.com"})
UNKNOWN = row(2, identifiers={"email": "demo-2@example.com"})


def rule(connector, *rows):
    found = calls(connector, export(**EITHER), *rows)["merge"].body["mergeRule"]
    return found["matchColumnName1"], found["matchOperator"], found["insertOnNoMatch"]


def test_a_row_is_found_by_the_first_column_it_has(connector):
    assert [rule(connector, KNOWN)[0], rule(connector, UNKNOWN)[0]] == ["RIID_", "EMAIL_ADDRESS_"]


def test_nobody_is_added_by_a_riid(connector):
    """Responsys gives RIIDs itself: one that it does not know is of nobody."""
    assert [rule(connector, KNOWN)[1:], rule(connector, UNKNOWN)[1:]] == [("NONE", False), ("NONE", True)]


def test_an_address_is_written_by_riid(connector):
    assert merged(connector, export(**EITHER), KNOWN) == (
        ["RIID_", "EMAIL_ADDRESS_"],
        [["7", "demo-1@example.com"]],
    )


def test_rows_that_are_found_by_different_columns_share_no_call(connector):
    both = {**EITHER, "identifiers": {"crm_id": "CUSTOMER_ID_", "email": "EMAIL_ADDRESS_"}}
    action = ACTION(connector, export(**{**both, "match_column_1": ["EMAIL_ADDRESS_", "CUSTOMER_ID_"]}))
    rows = [row(), row(identifiers={"crm_id": "C-1"}), row(identifiers={"email": "demo@example.com"})]

    assert len({action.shape(one) for one in rows}) == 3
    assert action.shape(row(1)) == action.shape(row(2))


def test_the_other_columns_are_written_where_a_row_has_them(connector):
    both = {**EITHER, "identifiers": {"crm_id": "CUSTOMER_ID_", "email": "EMAIL_ADDRESS_"}}
    destination = export(**{**both, "match_column_1": ["EMAIL_ADDRESS_", "CUSTOMER_ID_"]})

    assert merged(connector, destination, row())[0] == ["EMAIL_ADDRESS_", "CUSTOMER_ID_"]


def test_a_row_that_has_none_is_refused(connector):
    action = ACTION(connector, export(**EITHER))

    assert action.problem(row(identifiers={"crm_id": "C-1"})) == (
        '"riid" for RIID_ and "email" for EMAIL_ADDRESS_ are missing'
    )
    assert [action.problem(KNOWN), action.problem(UNKNOWN)] == [None, None]


def test_a_malformed_riid_is_not_passed_over(connector):
    action = ACTION(connector, export(**EITHER))

    assert action.problem(row(identifiers={"riid": "x", "email": "demo@example.com"})) == (
        '"riid" for RIID_ is not a number'
    )


def test_an_answer_about_another_riid_is_no_verdict(connector):
    [merge] = steps(connector, export(**EITHER), KNOWN)

    assert merge.verdicts([KNOWN], answered("7")) == [None]
    with pytest.raises(OutcomeUnknown):
        merge.verdicts([KNOWN], answered("8"))


def test_recipients_are_told_by_what_finds_them(connector):
    action = ACTION(connector, export(**EITHER))
    same = row(3, identifiers={"riid": "7"})

    assert action.recipient(KNOWN) == action.recipient(same) != action.recipient(UNKNOWN)
