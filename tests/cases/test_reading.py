"""Files as people have them, by the number and name of their case."""

import io
from pathlib import Path

import pytest

from pipeline.errors import Misconfigured
from pipeline.model.activation import from_mapping
from pipeline.model.file_profile import FileProfile
from pipeline.produce.files import read
from pipeline.produce.layout import NoProfile
from pipeline.produce.notes import Notes
from pipeline.produce.own_ids import OwnIds

CASES = Path(__file__).parent


def rows(case, **options):
    """Return the rows of a file and the sentences about it."""
    notes = Notes()
    with (CASES / case).open("rb") as file:
        lines = list(read(file, profile=FileProfile(**options), notes=notes))
    assert [line.problem for line in lines] == [None] * len(lines)
    return [line.row for line in lines], notes.sentences()


def profiles(found):
    return [row["profile_id"] for row in found]


def test_case_03_a_column_id_is_a_variable_unless_it_is_asked_for():
    monday, _ = rows("03-column-id/monday.csv")
    asked, _ = rows("03-column-id/monday.csv", id_column="id")

    assert [row["variables"]["id"] for row in monday] == ["1001", "1002"]
    assert [(row["id"], row["variables"]) for row in asked] == [
        ("1001", {"tier": "gold"}),
        ("1002", {"tier": "gold"}),
    ]


@pytest.mark.parametrize("files", [("monday.csv", "later.csv"), ("one-order.csv",)])
def test_case_03_rows_of_one_id_and_another_profile_or_call_type_are_no_repeats(files):
    own_ids = OwnIds()
    found = [row for name in files for row in rows(f"03-column-id/{name}", id_column="id")[0]]

    repeats = [own_ids.is_repeat(from_mapping({"audience": "a", **row})) for row in found]

    assert repeats == [False] * len(found)
    assert own_ids.is_repeat(from_mapping({"audience": "a", **found[0]}))


@pytest.mark.parametrize("form", ["csv", None])
def test_case_05_lines_may_end_with_cr(form):
    found, sentences = rows("05-lines-end-with-cr/members.csv", format=form)

    assert [row["variables"]["first_name"] for row in found] == ["Ann", "Bo", "Cy"]
    assert sentences == []


def test_case_05_lines_of_json_may_end_with_cr():
    content = b'{"profile_id": "p-1"}\r{"profile_id": "p-2"}\r'

    assert [line.row["profile_id"] for line in read(io.BytesIO(content))] == ["p-1", "p-2"]


@pytest.mark.parametrize(
    ("name", "separator"),
    [("semicolon.csv", "semicolons"), ("bare.csv", "semicolons"), ("tabs.tsv", "tabs"), ("pipe.csv", "bars")],
)
def test_case_06_a_comma_in_a_header_cell_separates_nothing(name, separator):
    found, sentences = rows(f"06-comma-in-the-header/{name}")

    assert [row["variables"] for row in found] == [{"name (last, first)": "Lee, Ann"}]
    assert sentences == [
        f"The file is read separated by {separator} (--delimiter, --encoding and --columns overrule)."
    ]


def test_case_07_rows_without_anything_are_skipped():
    found, sentences = rows("07-rows-without-anything/members.csv")

    assert profiles(found) == [f"p-{n}" for n in range(1, 21)]
    assert sentences == []


def test_case_08_invisible_characters_are_cut_off_at_both_ends():
    found, _ = rows("08-invisible-characters/addresses.csv")

    addresses = [from_mapping({"audience": "a", **row}).identifiers["email"] for row in found]
    assert addresses == [
        "ann@example.com",
        "bo@example.com",
        "cy@example.com",
        "Di Roe <di@example.com>",
        "ed@example.com;flo@example.com",
        "gus@@example.com",
    ]


@pytest.mark.parametrize("named", [True, False])
def test_case_12_a_compressed_file_is_read_also_from_standard_input(named):
    raw = (CASES / "12-compressed-file/changes.csv.gz").read_bytes()
    file = io.BytesIO(raw)
    file.name = "changes.csv.gz" if named else "<stdin>"

    assert profiles(line.row for line in read(file)) == ["p-1", "p-2"]


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("sep.csv", "separated by semicolons"),
        ("unnamed.csv", None),
        ("utf16.csv", "in UTF-16 without a mark"),
        ("capitals.csv", 'with "PROFILE_ID" as profile_id, with "EMAIL" as email'),
    ],
)
def test_case_13_other_shapes_of_csv(name, guess):
    found, sentences = rows(f"13-other-shapes-of-csv/{name}")

    assert [(row["profile_id"], row["identifiers"]) for row in found] == [
        ("p-1", {"email": "ann@example.com"})
    ]
    assert [sentence.partition(" (--")[0] for sentence in sentences] == (
        [f"The file is read {guess}"] if guess else []
    )


def test_case_15_columns_are_mapped_and_words_for_consent_understood():
    found, _ = rows(
        "15-exports-as-they-come/subscribers.csv",
        columns={"Email Address": "email", "LEID": "profile_id"},
        consent="STATUS",
    )

    assert [(row["profile_id"], row["identifiers"], row["variables"]["STATUS"]) for row in found] == [
        ("1001", {"email": "ann@example.com"}, "optin"),
        ("1002", {"email": "bo@example.com"}, "optout"),
    ]


@pytest.mark.parametrize(
    ("name", "columns", "options"),
    [
        (
            "subscribers.csv",
            "Email Address, First Name, Last Name, MEMBER_RATING, OPTIN_TIME, LAST_CHANGED, LEID, "
            "STATUS, TAGS",
            ["LEID=profile_id", "Email Address=email"],
        ),
        (
            "contacts.csv",
            "RIID_, CUSTOMER_ID_, EMAIL_ADDRESS_, EMAIL_DOMAIN_, EMAIL_FORMAT_, EMAIL_PERMISSION_STATUS_, "
            "CREATED_DATE_, MODIFIED_DATE_, STORE_ID",
            ["CUSTOMER_ID_=profile_id", "RIID_=riid", "EMAIL_ADDRESS_=email"],
        ),
    ],
)
def test_case_15_a_header_without_profile_id_is_answered_with_its_columns(name, columns, options):
    with pytest.raises(NoProfile) as caught:
        rows(f"15-exports-as-they-come/{name}")

    assert str(caught.value).endswith(f"; its columns are: {columns}")
    assert caught.value.options == options


def test_a_column_that_is_not_there_is_refused_with_a_close_one():
    with pytest.raises(Misconfigured, match='there is no column "E-Mail Address"; did you mean "Email Addr'):
        rows("15-exports-as-they-come/subscribers.csv", columns={"E-Mail Address": "email"})
