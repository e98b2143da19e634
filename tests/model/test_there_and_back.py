"""Values that a variable does not bring back as they went."""

import pytest

from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.there_and_back import lost_values

ONE_TO_ONE = {"CRM": "C", "Data": "D"}


def variable(**options):
    return MappedVariable("title", {"": "Title"}, **options)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"form": ("trim", "squeeze"), "length": 5},
        {"type": "number", "places": 2},
        {"type": "choice", "values": ONE_TO_ONE},
        {"type": "email"},
        {"type": "day"},
    ],
)
def test_a_variable_brings_values_back(options):
    assert list(lost_values(variable(**options))) == []


@pytest.mark.parametrize(
    ("options", "example"),
    [
        ({"form": ("lower",)}, '"McDonald" becomes "mcdonald", which goes back as "mcdonald"'),
        ({"form": ("digits",)}, '"12-34" becomes "1234", which goes back as "1234"'),
        ({"form": ("cut",), "length": 4}, '"aaaaaaa" becomes "aaaa", which goes back as "aaaa"'),
        (
            {"type": "choice", "values": {**ONE_TO_ONE, "ERP": "C"}},
            '"ERP" becomes "C", which goes back as "CRM"',
        ),
        (
            {"type": "choice", "values": ONE_TO_ONE, "other": "X"},
            'a value that the mapping lacks becomes "X", and cannot go back',
        ),
    ],
)
def test_an_example_is_shown_of_what_is_lost(options, example):
    assert example in list(lost_values(variable(**options)))
