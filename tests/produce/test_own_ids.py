"""Ids of a producer's own choice, within one run."""

import pytest

from pipeline.model.activation import Invalid, from_mapping
from pipeline.produce.own_ids import OTHER_CONTENT, OwnIds

ROW = {
    "audience": "lapsed",
    "profile_id": "p-1",
    "call_type": "ADD",
    "variables": {"tier": "gold", "points": 1},
    "id": "77",
}


def repeats(*rows, remembered=10):
    ids = OwnIds(remembered)
    return [ids.is_repeat(from_mapping(row)) for row in rows]


def test_a_row_with_the_same_id_and_content_is_a_repeat():
    swapped = ROW | {"variables": {"points": 1, "tier": "gold"}}

    assert repeats(ROW, ROW, swapped) == [False, True, True]


@pytest.mark.parametrize(
    "change",
    [
        {"variables": {"tier": "silver", "points": 1}},
        {"variables": {"tier": "gold", "points": True}},
        {"identifiers": {"crm_id": "C1"}},
        {"occurred_at": "2026-11-21T12:00:00Z"},
    ],
)
def test_a_row_with_the_same_id_and_other_content_is_refused(change):
    with pytest.raises(Invalid) as caught:
        repeats(ROW, ROW | change)

    assert caught.value.messages == {"id": [OTHER_CONTENT]}


@pytest.mark.parametrize("change", [{"profile_id": "p-2"}, {"call_type": "UPDATE"}, {"id": "78"}])
def test_a_row_of_another_profile_call_type_or_id_is_no_repeat(change):
    assert repeats(ROW, ROW | change) == [False, False]


def test_rows_without_an_id_are_no_repeats():
    row = {name: value for name, value in ROW.items() if name != "id"}

    assert repeats(row, row) == [False, False]


def test_only_the_last_rows_are_remembered():
    rows = [ROW | {"id": str(number)} for number in range(5)]

    assert repeats(*rows, rows[-3], rows[0], remembered=2)[5:] == [True, False]
