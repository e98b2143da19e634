"""Mappings: Salesforce's values there and back, and the three states of a value."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.mapping import Misfit, RecordMapping
from pipeline.model.variable_values import DoesNotFit
from schemas.mapped_variable import TYPES
from schemas.salesforce_id import full_id


def variable(kind: str = "text", name: str = "v", path: str = "Field", **options) -> MappedVariable:
    return MappedVariable(name, {"": path}, kind, **options)


def mapping(*variables: MappedVariable) -> RecordMapping:
    return RecordMapping("m", {each.name: each for each in variables})


HALF, DEEP = "\ud83d", "[" * 100_000
NUMBERS = (
    10**400,
    -(10**4_000),
    2**63,
    2**64,
    1e999,
    float("nan"),
    5e-324,
    -0.0,
    "1e999",
    "9" * 5_000,
    "٣",
    "NaN",
)
TIMES = (
    "0000-00-00", "0000-01-01", "10000-01-01", "2026-02-30", "2016-12-31T23:59:60Z",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-01-02T03:04:05+99:99",
)  # fmt: skip
NASTY = (HALF, DEEP, "a\0b", "", "\r", "\ufeff", True, [], {}, [[1]], {"a": [1]}, *NUMBERS, *TIMES)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("value", NASTY, ids=lambda value: repr(value)[:20])
def test_no_value_does_more_than_not_fit(kind, value):
    own, of_parent = variable(kind), variable(kind, path="Account.Name")
    told = [
        mapping(own).read("", {"Field": value}),
        mapping(own).write("", {"v": value}),
        *(mapping(of_parent).read("", {"Account": one}) for one in (value, {"Name": value})),
    ]

    assert all(len(one.misfits) <= 1 for one in told)


PERSON = mapping(
    variable(name="first", path="FirstName", form=("trim",)),
    MappedVariable("company", {"Lead": "Company", "Contact": "Account.Name"}),
    MappedVariable("score", {"Lead": "Score__c"}, "whole"),
)


def test_an_object_has_the_fields_of_its_own():
    assert PERSON.fields_for("Lead") == ("FirstName", "Company", "Score__c")
    assert PERSON.fields_for("Contact") == ("FirstName", "Account.Name")
    assert mapping(MappedVariable("x", {"Lead": "X"})).fields_for("Task") == ()


@pytest.mark.parametrize(
    ("record", "variables"),
    [
        ({}, {}),
        ({"FirstName": None}, {"first": None}),
        ({"FirstName": " "}, {"first": None}),
        ({"FirstName": " Ada"}, {"first": "Ada"}),
        ({"Account": None}, {"company": None}),
        ({"Account": {"attributes": {}}}, {}),
        ({"Account": {"Name": None}}, {"company": None}),
        ({"Account": {"Name": "Acme"}}, {"company": "Acme"}),
    ],
)
def test_absent_null_and_a_value_are_three_things(record, variables):
    assert PERSON.read("Contact", record) == (variables, ())


def test_a_value_that_does_not_fit_is_left_out_and_told_without_it():
    found = PERSON.read("Lead", {"FirstName": "Ada", "Score__c": "many"})

    assert found == ({"first": "Ada"}, (Misfit("score", "is no number"),))
    assert str(found.misfits[0]) == "score: is no number"


@pytest.mark.parametrize(
    ("options", "given_value", "written"),
    [
        ({}, None, {}),
        ({"null": "blank"}, None, {"Field": None}),
        ({"default": "x"}, None, {"Field": "x"}),
        ({"default": "x"}, "", {"Field": "x"}),
        ({"null": "blank", "form": ("trim",)}, "  ", {"Field": None}),
        ({"default": "x"}, "y", {"Field": "y"}),
    ],
)
def test_a_null_is_written_as_its_variable_says(options, given_value, written):
    assert mapping(variable(**options)).write("Lead", {"v": given_value}) == (written, ())


def test_what_is_absent_is_not_written_but_into_a_new_record():
    one = mapping(variable(create="unknown", null="blank"))

    assert one.write("Lead", {}) == ({}, ())
    assert one.write("Lead", {}, creating=True) == ({"Field": "unknown"}, ())
    assert one.write("Lead", {"v": None}, creating=True) == ({"Field": "unknown"}, ())
    assert one.write("Lead", {"v": "Ada"}, creating=True) == ({"Field": "Ada"}, ())


def test_fields_of_a_parent_are_not_written():
    assert PERSON.write("Contact", {"company": "Acme", "first": "Ada"}) == ({"FirstName": "Ada"}, ())


@pytest.mark.parametrize(
    ("kind", "options", "theirs", "ours"),
    [
        ("text", {"form": ("trim", "squeeze")}, " a \n b ", "a b"),
        ("text", {"form": ("digits", "cut"), "length": 3}, "a1b2c3d4", "123"),
        ("text", {"form": ("upper",)}, "é", "É"),
        ("flag", {}, True, True),
        ("whole", {}, 12.0, 12),
        ("number", {}, 1200.0, 1200),
        ("number", {"places": 2}, 1.005, 1),
        ("number", {"places": 1}, 2.25, 2.2),
        ("day", {}, "2026-02-28", "2026-02-28"),
        ("moment", {}, "2026-01-02T03:04:05.000+0000", "2026-01-02T03:04:05Z"),
        ("moment", {}, "2026-01-02T03:04:05.120+0130", "2026-01-02T01:34:05.120Z"),
        ("choice", {"values": {"CRM": "C"}, "other": "X"}, "CRM", "C"),
        ("choice", {"values": {"CRM": "C"}, "other": "X"}, "Else", "X"),
        ("set", {}, "B;A; B", "A;B"),
        ("email", {}, " Ada@Example.com ", "Ada@Example.com"),
        ("phone", {"region": "FR"}, "01 23 45 67 89", "+33123456789"),
        ("phone", {}, "+44 20 7946 0958", "+442079460958"),
        ("id", {}, "00Q000000000001", "00Q000000000001EAA"),
    ],
)  # fmt: skip
def test_values_are_read_by_their_type(kind, options, theirs, ours):
    found = variable(kind, **options).read(theirs)

    assert found == ours
    assert type(found) is type(ours)


@pytest.mark.parametrize(
    ("kind", "options", "ours", "theirs"),
    [
        ("text", {}, 12, "12"),
        ("flag", {}, "Yes", True),
        ("whole", {}, "12", 12),
        ("number", {"places": 2}, "12.345", 12.34),
        ("moment", {}, "2026-01-02T03:04:05+01:30", "2026-01-02T01:34:05.000+0000"),
        ("choice", {"values": {"A": "C", "B": "C"}}, "C", "A"),
    ],
)
def test_values_are_written_by_their_type(kind, options, ours, theirs):
    found = variable(kind, **options).write(ours)

    assert found == theirs
    assert type(found) is type(theirs)


@pytest.mark.parametrize(
    ("kind", "options", "value", "text"),
    [
        ("text", {"length": 3}, "abcd", "is longer than 3 characters"),
        ("text", {}, {}, "is no text"),
        ("email", {}, "a" * 80 + "@example.com", "is longer than 80 characters"),
        ("email", {}, "ada", "is no e-mail address"),
        ("flag", {}, "perhaps", "is neither true nor false"),
        ("whole", {}, 1.5, "is no whole number"),
        ("number", {}, "1e5", "is no number"),
        ("number", {}, float("nan"), "is no number"),
        ("number", {}, 10**18, "is too large a number"),
        ("day", {}, "2026-02-30", "is no day, such as 2026-01-02"),
        ("moment", {}, "2026-01-02T03:04:05", "is no time with a zone, such as 2026-01-02T03:04:05Z"),
        ("moment", {}, "2026-13-02T03:04:05Z", "is no time of the calendar"),
        ("phone", {"region": "FR"}, "call me", "is no phone number"),
        ("phone", {}, "01 23 45 67 89", "is no phone number"),
        ("id", {}, "00Q000000000001AAB", "is no id of Salesforce"),
        ("choice", {"values": {"A": "C"}}, "Z", "is none of the values of the mapping"),
    ],
)
def test_a_value_of_another_type_is_not_written(kind, options, value, text):
    with pytest.raises(DoesNotFit, match=f"^{text}$"):
        variable(kind, **options).write(value)


def test_a_new_value_of_a_picklist_is_a_fault_of_the_mapping():
    """The source is held: a blank in the place of the value would look like a change."""
    found = mapping(variable("choice", values={"A": "C"})).read("Lead", {"Field": "New"})

    assert found == ({}, (Misfit("v", "is a value of the picklist that the mapping lacks", for_all=True),))


@pytest.mark.parametrize(
    ("is_two_way", "one"),
    [
        (True, variable(form=("trim", "squeeze"))),
        (False, variable(form=("lower",))),
        (False, variable(form=("cut",), length=3)),
        (True, variable("choice", values={"A": "1", "B": "2"})),
        (False, variable("choice", values={"A": "1", "B": "1"})),
        (False, variable("choice", values={"A": "1"}, other="2")),
    ],
)
def test_what_loses_something_has_one_direction(is_two_way, one):
    assert one.is_two_way is is_two_way


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=60)
IDS = st.from_regex(r"\A[0-9A-Za-z]{15}\Z").map(full_id)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}+0000"
)
THEIRS = {
    "text": TEXTS,
    "flag": st.booleans(),
    "whole": st.integers(-(10**18) + 1, 10**18 - 1),
    "number": st.floats(-(10**17), 10**17),
    "day": st.dates().map(lambda day: day.isoformat()),
    "moment": MOMENTS,
    "choice": st.sampled_from(["A", "B", "C"]),
    "set": st.sets(st.sampled_from("ABCDE"), min_size=1).map(lambda values: ";".join(sorted(values))),
    "email": st.from_regex(r"\A[A-Za-z0-9._+-]{1,20}@[a-z]{1,20}\.[a-z]{2,5}\Z"),
    "phone": st.from_regex(r"\A\+33[1-9][0-9]{8}\Z"),
    "id": IDS,
}  # fmt: skip
OPTIONS = {"choice": {"values": {"A": "1", "B": "2", "C": "3"}}, "phone": {"region": "FR"}}


@pytest.mark.parametrize("kind", TYPES)
@given(st.data())
def test_every_value_of_salesforce_comes_back_as_it_was(kind, data):
    one, theirs = variable(kind, **OPTIONS.get(kind, {})), data.draw(THEIRS[kind])

    ours = one.read(theirs)

    assert one.is_two_way
    assert one.write(ours) == theirs
    assert one.read(one.write(ours)) == ours


@given(TEXTS)
def test_trimmed_and_squeezed_text_stays_as_it_is(text):
    one = variable(form=("trim", "squeeze"))
    ours = one.read(text)

    if ours is not None:
        assert one.write(ours) == ours
        assert one.read(ours) == ours
