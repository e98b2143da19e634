"""Conditions as they are configured."""

import tomllib
from datetime import datetime

import pytest
from marshmallow import ValidationError

from schemas.document import paths
from schemas.record_condition import Condition


def problems(document, **options):
    with pytest.raises(ValidationError) as caught:
        Condition(**options).deserialize(document)
    return [line.removeprefix(".") for line in paths(caught.value.messages)]


def test_a_condition_is_loaded_as_it_is_written_and_times_as_text():
    written = tomllib.loads("""
        LeadSource = ["Web", "Event"]
        IsConverted = false
        Amount = { least = 10, below = 12.5 }
        CloseDate = { above = 2026-01-02 }
        CreatedDate = { most = 2026-01-02T03:04:05Z, within = "7d" }
        StageName = { becomes = "Demo Done" }
        "Account.Name" = { begins = "Acme", not = ["Acme 1", "Acme 2"] }
        none = [ { City = "Paris" }, { any = [ { Country = { set = false } } ] } ]
    """)

    loaded = Condition().deserialize(written)

    assert loaded.pop("CloseDate") == {"above": "2026-01-02"}
    assert loaded.pop("CreatedDate") == {"most": "2026-01-02T03:04:05+00:00", "within": "7d"}
    assert loaded.items() <= written.items()
    assert Condition().deserialize(loaded) == loaded


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], ": must be a table of fields and values"),
        ({}, ": must name 1 to 50 fields"),
        ({"Na me": 1}, '"Na me": is no field, such as "FirstName", or "Account.Name" of a parent'),
        ({"Name": ""}, "Name: must not be empty; a field without a value is { set = false }"),
        ({"Name": []}, "Name: must be a list of 1 to 200 values"),
        ({"Name": ["a", 1]}, "Name: must not be a list of number and text"),
        ({"Name": [True]}, "Name: must not be a list of true or false"),
        ({"Name": None}, "Name: must be text, a number, true, false, a day or a time with a zone"),
        (
            {"At": datetime(2026, 1, 2)},
            'At: must be a day, such as 2026-01-02, or a time with a zone, such as "2026-01-02T03:04:05Z"',
        ),
        (
            {"Name": {"above": "x"}},
            "Name.above: must be a number, or a day, such as 2026-01-02, or a time with a zone, "
            'such as "2026-01-02T03:04:05Z"',
        ),
        ({"Name": {"begins": 1}}, "Name.begins: must be text"),
        ({"Name": {"set": "x"}}, "Name.set: must be true or false"),
        ({"At": {"within": "7 days"}}, 'At.within: must be a number with s, m, h, d or w, such as "7d"'),
        (
            {"Name": {"not": "x", "above": 1}},
            "Name: compares with values of different types: number and text",
        ),
        ({"any": []}, "any: must be a list of 1 to 50 tables"),
        ({"any": [{"Name": {"above": True}}]}, None),
        ({"Name": {"beginns": "x"}}, None),
    ],
)
def test_what_can_never_hold_is_refused(document, problem):
    found = problems(document)

    if problem is not None:
        assert found == [problem]
    assert len(found) == 1


def test_groups_are_not_nested_without_end():
    document = {"Name": "x"}
    for _ in range(6):
        document = {"any": [document]}

    assert problems(document)[0].endswith("must not be nested deeper than 5 groups")


def test_where_nothing_was_seen_before_no_change_can_be_asked_for():
    for operator, value in (("was", "x"), ("becomes", "x"), ("changed", True)):
        assert problems({"Name": {operator: value}}, with_changes=False) == [
            f"Name.{operator}: goes with rules alone: what is read first has no earlier value"
        ]
