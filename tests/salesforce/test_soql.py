"""Queries, built and read again: no value changes what a query asks for."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.salesforce.soql.parser import read_query
from emulators.salesforce.soql.syntax import All, Any_, Comparison, Literal, Not, Order, Query
from pipeline.salesforce.soql import (
    MOST_IDS,
    among,
    both,
    compare,
    either,
    like,
    lists_of,
    opposite,
    quoted,
    select,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40) | st.text(
    "\\'\"%_()\n u0027", max_size=12
)
PATTERN_SIGNS = {"%": r"\%", "_": r"\_"}


def where(clause):
    return read_query(select(["Id"], "Lead", where=clause)).where


def test_a_query_is_built_from_its_parts():
    clause = both(compare("Status", "=", "Open"), either(compare("A__c", ">", 5), compare("B", "!=", None)))
    order = ["SystemModstamp", "Id"]
    text = select(["Id", "Account.Name", "id"], "Contact", where=clause, order=order, limit=2000)

    assert text == (
        "SELECT id, Account.Name FROM Contact WHERE Status = 'Open' AND (A__c > 5 OR B != null) "
        "ORDER BY SystemModstamp, Id LIMIT 2000"
    )
    assert read_query(text).order == (Order("SystemModstamp", False, False), Order("Id", False, False))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("O'Neil", r"'O\'Neil'"),
        ('\\ " \n\r\t\b\f\x00\x85', r"""'\\ \" \n\r\t\b\f\u0000\u0085'"""),
        ("Zoë 🎈", "'Zoë 🎈'"),
        ("\ud800", r"'\uD800'"),
    ],
)
def test_text_is_quoted(value, text):
    assert quoted(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (5, "5"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5, 999, tzinfo=UTC), "2026-01-02T03:04:05Z"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=5))), "2026-01-01T22:04:05Z"),
    ],
)
def test_other_values_stand_without_quotes(value, text):
    assert compare("Field", "=", value).text == f"Field = {text}"


@given(ANY_TEXT)
def test_no_text_changes_the_structure_of_a_query(text):
    asked = both(
        among("Email", [text, "x"]), either(compare("LastName", "!=", text), compare("Id", "=", "y"))
    )

    first = Comparison("Email", "IN", (spelt(text), spelt("x")))
    second = Comparison("LastName", "!=", (spelt(text),))
    assert where(asked) == All((first, Any_((second, Comparison("Id", "=", (spelt("y"),))))))


@given(ANY_TEXT)
def test_no_text_is_a_pattern(text):
    if "\\" in text:
        with pytest.raises(ValueError, match="backslash"):
            like("Name", text)
        return
    wanted = "".join(PATTERN_SIGNS.get(sign, sign) for sign in text)

    assert where(like("Name", text)) == Comparison("Name", "LIKE", (Literal("text", f"{wanted}%"),))
    assert where(like("Name", text, inside=True)).values == (Literal("text", f"%{wanted}%"),)


@given(st.one_of(st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False, width=32)))
def test_numbers_are_read_as_they_were(value):
    (found,) = where(compare("Amount", "<=", value)).values

    assert found.kind == "number"
    assert float(found.value) == float(value)


def joins(parts):
    lists = st.lists(parts, min_size=1, max_size=3)
    return (
        lists.map(lambda found: both(*found)) | lists.map(lambda found: either(*found)) | parts.map(opposite)
    )


@given(st.recursive(st.just(compare("A", "=", 1)), joins))
def test_conditions_are_joined_by_brackets_where_they_need_them(clause):
    assert isinstance(where(clause), Comparison | All | Any_ | Not)


@pytest.mark.parametrize("name", ["", "1a", "Name FROM User", "Name--", "A.", ".A", "Näme", "A.B.C.D.E.F.G"])
def test_a_name_that_is_none_is_refused(name):
    for build in (
        lambda: compare(name, "=", 1),
        lambda: select([name], "Lead"),
        lambda: select(["Id"], name),
        lambda: select(["Id"], "Lead", order=[name]),
    ):
        with pytest.raises(ValueError, match="is no"):
            build()


def test_lists_have_a_bound():
    ids = [f"{number:018}" for number in range(450)]

    assert [len(part) for part in lists_of([*ids, *ids], MOST_IDS)] == [200, 200, 50]
    assert isinstance(read_query(select(["Id"], "Lead", where=among("Id", ids[:MOST_IDS]))), Query)
    for wrong in ([], ids):
        with pytest.raises(ValueError, match="1 to 200 values"):
            among("Id", wrong)


def test_a_query_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="at most 100,000 characters"):
        select(["Id"], "Lead", where=compare("Name", "=", "x" * 100_000))


def spelt(text: str) -> Literal:
    return Literal("text", text)
