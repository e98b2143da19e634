"""pipeline/lua: each script names its arguments in its first line, and its head describes the same names."""

import re
from pathlib import Path

import pytest

LUA = Path(__file__).parents[2] / "pipeline" / "lua"
SCRIPTS = {path.stem: path.read_text("utf-8") for path in sorted(LUA.glob("*.lua"))}
NAMES = re.compile(r"local ([\w, \n]+) = unpack\((?:ARGV|args)\b")
NAMED = [name for name, text in SCRIPTS.items() if NAMES.search(text)]


def arguments_described(text: str) -> list[str]:
    """Return the numbered names in the head of a script."""
    (head,) = re.findall(r"^-- (?:ARGV|args)(  .*\n(?:--   .*\n)*)", text, re.MULTILINE)
    described = re.findall(r"  (\d+) (\w+)", head)
    assert [int(number) for number, _ in described] == list(range(1, len(described) + 1))
    return [name for _, name in described]


def arguments_named(text: str) -> list[str]:
    """Return the names of the locals that a script makes of its arguments."""
    (names,) = NAMES.findall(text)
    return re.findall(r"\w+", names)


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_argument_is_read_by_its_number(name):
    assert re.findall(r"(?:ARGV|args)\[\d+\]", SCRIPTS[name]) == []


@pytest.mark.parametrize("name", NAMED)
def test_the_head_of_a_script_describes_its_arguments_by_their_names(name):
    assert arguments_described(SCRIPTS[name]) == arguments_named(SCRIPTS[name])
