import pytest

from schemas.configuration import ConfigurationSchema
from schemas.document import paths

EXPORT = {
    "delimiter": "tab",
    "encoding": "windows-1252",
    "columns": {"Email Address": "email", "LEID": "profile_id", "NOTES": "", "MORE": ""},
    "constants": {"source": "fair"},
    "null": ["NULL"],
    "consent": "STATUS",
    "optout": ["cleaned"],
}


def problems(profile):
    errors = ConfigurationSchema().validate({"files": {"export": profile}})
    return [line.removeprefix("files.export").removeprefix(".") for line in paths(errors)]


def test_a_file_profile_may_say_all_that_options_do():
    loaded = ConfigurationSchema().load({"files": {"export": EXPORT}})["files"]["export"]

    assert loaded == {
        **EXPORT, "format": None, "only_columns": False, "optin": None, "id_column": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "problem"),
    [
        ([], ": must be a table"),
        ({"format": "xlsx"}, 'format: "xlsx" is not a format; there are: csv, jsonl'),
        ({"delimiter": "::"}, 'delimiter: must be one character, or "tab"'),
        ({"encoding": "hex"}, 'encoding: "hex" is not an encoding'),
        ({"columns": {"A": "email", "B": "email"}}, "columns: more than one column becomes email"),
        ({"null": "NULL"}, "null: must be a list of words"),
        ({"null": [""]}, "null: must be a list of words"),
        ({"colums": {}}, 'colums: is not a known key; did you mean "columns"?'),
    ],
)
def test_what_is_wrong_is_named(profile, problem):
    assert problems(profile) == [problem]
