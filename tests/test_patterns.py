"""No regular expression costs more than the length of its text, looked at where 300 kB take over 50 ms."""

import ast
import re
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("pipeline", "schemas", "tasks")
WAYS = {"match", "search", "sub", "fullmatch", "split", "findall", "finditer"}
USE = re.compile(rf"(\w+)\.({'|'.join(sorted(WAYS))})\b")
MENTIONED = re.compile(r"\bre\b|Regexp")  # in files that may have patterns
SIZES = (3_000, 30_000, 300_000)  # a pattern of quadratic cost is found before it costs minutes
MAX_SECONDS = 0.05  # of CPU, on a quiet machine
MAX_GROWTH = 25  # of the time of a text ten times as long; a quadratic pattern's grows by 100
PIECES = ("a", "0", " ", "\n", "@", "-", "a.", "a-", "{", "<", ":", "é")
WORDS = re.compile(r"[A-Za-z_ ]{3,}")  # of a pattern; it begins at each of them
BOUNDED = {"ADDRESS": 254, "PIECES": 65_536}  # characters of the longest text that it meets


@cache
def texts() -> dict[str, str]:
    """Return the files of the program, by their paths."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}


@cache
def ways_used() -> set[tuple[str, str]]:
    """Return the names in the program that a way of looking is called on, each with the way."""
    return {use for text in texts().values() for use in USE.findall(text)}


def patterns(text: str, used: set[tuple[str, str]]) -> Iterator[tuple[str, str, int, str]]:
    """Yield the patterns of a file with name, flags and each way in which one is used, here or elsewhere."""
    nodes = list(ast.walk(ast.parse(text)))
    values = dict(assigned(nodes))
    names = {value: name for name, value in assigned(nodes)}
    methods = {node.value: node.attr for node in nodes if isinstance(node, ast.Attribute)}
    for call in nodes:
        if not (calls_re(call, {*WAYS, "compile"}) or calls_regexp(call)):
            continue
        name, written, flags = names.get(call, ""), text_of(call.args[0], values), flags_of(call)
        if not calls_re(call, {"compile"}):
            yield "", written, flags, call.func.attr if calls_re(call, WAYS) else "match"
        elif methods.get(call) in WAYS:
            yield "", written, flags, methods[call]
        else:
            for way in {way for owner, way in used if name and owner == name} or {"search"}:
                yield name, written, flags, way


def assigned(nodes: list[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names of a module and its functions, each with its value."""
    for node in nodes:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(target, ast.Name) and node.value:
            yield target.id, node.value


def calls_regexp(node: ast.AST) -> bool:
    """Tell whether a node is a validation by a pattern, as marshmallow has it."""
    called = node.func if isinstance(node, ast.Call) else None
    return getattr(called, "attr", getattr(called, "id", "")) == "Regexp"


def calls_re(node: ast.AST, functions: set[str]) -> bool:
    """Tell whether a node calls one of these functions of ``re``."""
    called = node.func if isinstance(node, ast.Call) else None
    return (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id == "re"
        and called.attr in functions
    )


def text_of(node: ast.expr, values: dict[str, ast.expr]) -> str:
    """Return the text of a pattern; constants of its module are put in, others count as a number."""
    if isinstance(node, ast.Constant):
        return node.value.decode("latin-1") if isinstance(node.value, bytes) else str(node.value)
    if isinstance(node, ast.Name):
        return text_of(values[node.id], values) if node.id in values else "255"
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part, values) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return text_of(node.value, values)
    if isinstance(node, ast.BinOp):
        return text_of(node.left, values) + text_of(node.right, values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return text_of(node.func.value, values).format(*(text_of(part, values) for part in node.args))
    if calls_re(node, {"escape"}):
        return "255"
    raise AssertionError("write the pattern as a constant, so that its cost can be measured")


def flags_of(call: ast.Call) -> int:
    """Return the flags of a call."""
    written = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
    names = [node.attr for one in written for node in ast.walk(one) if isinstance(node, ast.Attribute)]
    return sum(int(getattr(re, name)) for name in names if name.isupper())


@pytest.mark.parametrize("path", [path for path, text in texts().items() if MENTIONED.search(text)])
def test_a_pattern_costs_no_more_than_the_length_of_its_text(path):
    found = sorted(set(patterns(texts()[path], ways_used())))

    assert {each: slow for each in found if (slow := slow_pieces(*each))} == {}


def slow_pieces(name: str, written: str, flags: int, way: str) -> list[str]:
    """Return the pieces whose repetition takes a pattern too long."""
    pattern = re.compile(written, flags)
    signs = (character for character in written if not character.isalnum())
    pieces = sorted({*PIECES, *signs, *WORDS.findall(written)})
    sizes = [BOUNDED[name]] if name in BOUNDED else SIZES
    ways = ((piece, end) for piece in pieces for end in "!a")
    return [
        piece
        for piece, end in ways
        if any(is_slow(pattern, way, (piece * (size // len(piece) + 1))[: size - 1] + end) for size in sizes)
    ]


def test_patterns_are_found_wherever_they_are_written():
    program = [
        'A = re.compile("a")\nA.search("")\nB: Final = re.compile(rb"b").match\nC = {1: re.compile("c")}',
        'def said():\n    A = re.compile("d", re.I)\n    return re.sub("e", "", text)',
        'H = re.compile("f{}".format(re.escape(text)))\nH.search("")',
        'G = fields.String(validate=validate.Regexp("g"))\nA.fullmatch("")',
    ]

    used = {use for text in program for use in USE.findall(text)}
    assert {pattern for text in program for pattern in patterns(text, used)} == {
        *(("A", "a", 0, way) for way in ("search", "fullmatch")),
        *(("A", "d", int(re.I), way) for way in ("search", "fullmatch")),
        ("", "b", 0, "match"),
        ("", "c", 0, "search"),
        ("", "e", 0, "sub"),
        ("H", "f255", 0, "search"),
        ("", "g", 0, "match"),
    }


def test_patterns_are_reached_through_their_module_alone():
    imported = [
        line
        for text in texts().values()
        for line in text.splitlines()
        if re.match("from (re|regex) |import regex", line)
    ]

    assert imported == []


def is_slow(pattern: re.Pattern[str], way: str, text: str) -> bool:
    """Tell whether a text takes too long, by more than its length; the least of some tries counts.

    A busy machine makes every try longer, that of a tenth of the text as well.
    """
    if not all(cpu_seconds(pattern, way, text) > MAX_SECONDS for _ in range(3)):
        return False
    tenth = text[: len(text) // 10] + text[-1]
    whole, part = (min(cpu_seconds(pattern, way, one) for _ in range(3)) for one in (text, tenth))
    return whole > MAX_GROWTH * part


def cpu_seconds(pattern: re.Pattern[str], way: str, text: str) -> float:
    """Return the CPU time that looking through a text takes."""
    started = time.thread_time()
    pattern.sub("", text) if way == "sub" else getattr(pattern, way)(text)
    return time.thread_time() - started


def test_the_pattern_that_once_stopped_all_deliveries_would_be_found():
    slow = re.compile(r"""[^\s<>"']*(?:@|%40)[^\s<>"']*""")

    assert is_slow(slow, "search", "a" * 5_000)
