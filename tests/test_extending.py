"""docs/extending.md and the maps agree with the tree."""

import re
from pathlib import Path

import pytest

import pipeline
from pipeline.cli import COMMANDS
from pipeline.errors import CallError, Held, Refused, Throttled
from pipeline.records.kinds import KINDS, destination_documents
from pipeline.responsys.errors import MEANING

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
QUOTED = re.compile(r"`([^`\n]+)`")


def section(heading: str) -> str:
    """Return the text below a heading, up to the next one."""
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def quoted(text: str) -> list[str]:
    """Return all that stands in backticks."""
    return QUOTED.findall(text)


def rows(text: str) -> list[list[str]]:
    """Return the cells of the table in a text, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Adding an action", destination_documents()),
        ("Adding a kind of connector", KINDS),
        ("Adding a command", COMMANDS),
    ],
)
def test_nothing_that_there_is_goes_unnamed(heading, names):
    assert names.keys() - quoted(section(heading)) == set()


def test_every_error_code_is_named_with_what_follows_from_it():
    told = {
        code: quoted(row[0])[0] + row[0].rpartition("`")[2]
        for row in rows(section("Error codes"))
        for code in quoted(row[2])
    }

    assert told == {code: described(error(code, "")) for code, error in MEANING.items()}


def described(error: CallError) -> str:
    """Name an error as the page does: by its class, and by what it is about."""
    match error:
        case Held() | Throttled():
            return f"{type(error).__name__}, {error.scope}"
        case Refused(isolate=True):
            return "Refused, isolated"
    return type(error).__name__


@pytest.mark.parametrize("text", [pipeline.__doc__, README.partition("## Where things are")[2]])
def test_every_room_is_on_the_map(text):
    rooms = {path.name for path in (ROOT / "pipeline").iterdir() if path.is_dir() and path.name[0] != "_"}

    assert rooms - set(re.findall(r"\b([a-z_]+)/ ", text)) == set()
