"""pipeline.responsys.records: what the answers to merges say of each row."""

import pytest

from pipeline.errors import OutcomeUnknown
from pipeline.model.call import Rejection
from pipeline.responsys.records import read_records, rejection


def answer(*records):
    return {"recordData": {"fieldNames": ["RIID_"], "records": list(records), "mapTemplateName": None}}


def test_the_records_are_returned_as_they_came():
    assert read_records(answer(["470515001"], ["470515002"]), 2) == [["470515001"], ["470515002"]]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (answer(), "0 records for 2 rows"),
        (answer(["1"]), "1 record for 2 rows"),
        (answer(["1"], ["2"], ["3"]), "3 records for 2 rows"),
        ({"recordData": {"records": "no"}}, "no list of records for 2 rows"),
        ({"recordData": None}, "no list of records for 2 rows"),
        ([["1"], ["2"]], "no list of records for 2 rows"),
        (True, "no list of records for 2 rows"),
        (answer(["1"], []), "not of the documented shape"),
        (answer(["1"], "2"), "not of the documented shape"),
    ],
)
def test_an_answer_that_does_not_fit_the_rows_is_unknown_and_never_shifted(answer, why):
    with pytest.raises(OutcomeUnknown, match=why):
        read_records(answer, 2)


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (["470515001"], None),
        (["gold", "7"], None),
        ([None, "7"], None),
        (
            ["MERGEFAILED: Record 1 = INVALID_PARAMETER: The value ssdcf is not valid"],
            Rejection("MERGEFAILED", "INVALID_PARAMETER: The value ssdcf is not valid"),
        ),
        (
            ['MERGEFAILED: Record 1 = The value "1w" is not valid for the field type INTEGER\r\n', "", ""],
            Rejection("MERGEFAILED", 'The value "1w" is not valid for the field type INTEGER'),
        ),
        (["MERGEFAILED: ada@example.com is bad"], Rejection("MERGEFAILED", "[masked] is bad")),
        (["MERGEFAILED:"], Rejection("MERGEFAILED", "")),
        (
            ["DELETEFAILED: NO records found for id\n"],
            Rejection("DELETEFAILED", "NO records found for id"),
        ),
    ],
)
def test_the_first_cell_says_why_a_record_failed(record, verdict):
    assert rejection(record, 1) == verdict


def test_a_failure_of_another_record_is_not_this_ones():
    with pytest.raises(OutcomeUnknown, match="the record at place 0 tells of that at 1"):
        rejection(["MERGEFAILED: Record 1 = no"], 0)
