import pytest

from schemas.configuration import ConfigurationSchema
from schemas.document import paths

QUIET = {"audience": "lapsed-buyers", "url": "sqlite:///x", "query": "SELECT 1", "every": 60}


def problems(**changes):
    errors = ConfigurationSchema().validate({"sources": {"quiet": {**QUIET, **changes}}})
    return [line.removeprefix("sources.quiet.") for line in paths(errors)]


def test_a_source_has_defaults():
    assert ConfigurationSchema().load({"sources": {"quiet": QUIET}})["sources"] == {
        "quiet": {**QUIET, "columns": {}, "max_leaving": 20, "enabled": True}
    }


def test_a_query_may_have_several_lines():
    assert problems(query="SELECT profile_id,\n\ttier\r\nFROM customers") == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"query": 1}, "query: must be text"),
        ({"query": "  "}, "query: must not be empty"),
        ({"query": "SELECT '\0'"},
         "query: must not contain control characters other than tabs and line ends"),
        ({"query": "x" * 65_537}, "query: must not be longer than 65,536 characters"),
        ({"query": "SELECT 1 WHERE 2 < :since"},
         "query: has a parameter :since; only :now is known; write a colon of the query's own within quotes, "
         "or as \\:since"),
        ({"every": 0}, "every: must be above 0, not 0"),
        ({"max_leaving": 101}, "max_leaving: must be at least 0 and at most 100, not 101"),
        ({"columns": {"A": "tier", "B": "tier"}}, "columns: more than one column becomes tier"),
        ({"columns": {"": "tier"}}, 'columns."": must be the name of a column of the result'),
        ({"audiense": "x"}, "audiense: is not a known key"),
        ({"url": {"path": "x"}},
         'url: must be text, { env = "NAME" }, { file = "/path" }, or { keep = true } for what is stored'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(changes, problem):
    assert problems(**changes) == [problem]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ':a', \":b\", `:c`, E'it\\'s :d', $$ :e $$, $x$ :f $x$ -- :g\n /* :h */",
        "SELECT 'it''s :a' WHERE :now > '12:30' AND x::text = y AND z[1:2] = w[:2] AND \\:i",
        "SELECT record:field, @x := 1",
    ],
)
def test_a_colon_of_the_querys_own_is_no_parameter(query):
    assert problems(query=query) == []
