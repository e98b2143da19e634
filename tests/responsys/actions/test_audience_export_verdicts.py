"""How audience_export reads answers; cells as in Oracle's samples of merges and deletions."""

import pytest

from pipeline.errors import OutcomeUnknown
from pipeline.model.call import Rejection
from tests.responsys.actions.exports import answered, export, row, steps

LEAVE = {"fields": ["tier"], "on_remove": "delete_row"}
BAD = "MERGEFAILED: Record 1 = INVALID_PARAMETER: The value ssdcf is not valid\r\n"
GONE = "DELETEFAILED: NO records found for id\n"


def step(connector, call_type="ADD", name=None, **options):
    found = steps(connector, export(**options), row(1, call_type, tier=1))
    return next(each for each in found if each.sets_up is None and name in (None, each.name))


def test_a_recipient_id_means_done_and_a_text_says_why_not(connector):
    merge = step(connector)

    assert merge.verdicts([row(1), row(2), row(3)], answered("470515001", BAD, 470515003)) == [
        None,
        Rejection("MERGEFAILED", "INVALID_PARAMETER: The value ssdcf is not valid"),
        None,
    ]


def test_a_merge_teaches_the_ids_of_its_recipients(connector):
    merge = step(connector)

    assert merge.learn([row(1), row(2), row(3)], answered("470515001", BAD, 470515003)) == {
        0: {"riid": "470515001"},
        2: {"riid": "470515003"},
    }


def test_addresses_in_a_reason_are_masked(connector):
    answer = answered("MERGEFAILED: Record 0 = The value ada@example.com is not valid")

    assert step(connector).verdicts([row()], answer) == [
        Rejection("MERGEFAILED", "The value [masked] is not valid")
    ]


def test_other_words_than_the_documented_ones_are_a_reason_too(connector):
    assert step(connector).verdicts([row()], answered("Sorry")) == [Rejection("OtherError", "Sorry")]


@pytest.mark.parametrize("name", ["merge", "fields", "memberships"])
@pytest.mark.parametrize(
    "answer",
    [
        answered("470515001"),
        answered("470515001", "470515002", "470515003"),
        answered("MERGEFAILED: Record 1 = no", "470515002"),
        answered("470515001", "MERGEFAILED: Record 0 = no"),
        answered("470515001", None),
        answered("470515001", ""),
        answered("470515001", True),
        {"recordData": {"records": [["1"], ["2", "3"]]}},
        {"recordData": {"records": ["1", "2"]}},
        {"recordData": None},
        [],
        None,
    ],
)
def test_an_answer_that_does_not_fit_is_never_fitted(connector, name, answer):
    found = step(connector, name=name, fields=["tier"], memberships=["lapsed-buyers"])

    with pytest.raises(OutcomeUnknown):
        found.verdicts([row(1), row(2)], answer)


def test_the_id_of_somebody_else_is_not_taken_for_ours(connector):
    merge = step(connector, identifiers={"riid": "RIID_"}, match_column_1="RIID_")
    rows = [row(1, identifiers={"riid": "11"}), row(2, identifiers={"riid": "12"})]

    assert merge.verdicts(rows, answered("11", "12")) == [None, None]
    with pytest.raises(OutcomeUnknown, match="another recipient"):
        merge.verdicts(rows, answered("12", "11"))


def test_a_row_that_was_not_there_is_as_good_as_deleted(connector):
    delete = step(connector, "REMOVE", **LEAVE)

    assert delete.verdicts(
        [row(1), row(2), row(3)], answered("470515001", GONE, "DELETEFAILED: not now")
    ) == [None, None, Rejection("DELETEFAILED", "not now")]


def test_a_membership_that_was_not_there_is_as_good_as_flagged(connector):
    flag = step(connector, "REMOVE", memberships=["lapsed-buyers"])
    answer = answered("MERGEFAILED: Record 0 = RECORD_NOT_FOUND: No records found", BAD)

    assert flag.verdicts([row(1), row(2)], answer) == [
        None,
        Rejection("MERGEFAILED", "INVALID_PARAMETER: The value ssdcf is not valid"),
    ]


def test_who_enters_and_is_not_found_is_rejected(connector):
    answer = answered("MERGEFAILED: Record 0 = RECORD_NOT_FOUND: No records found")

    assert step(connector).verdicts([row()], answer) == [
        Rejection("MERGEFAILED", "RECORD_NOT_FOUND: No records found")
    ]
