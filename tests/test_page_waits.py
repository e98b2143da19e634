"""Tests of pages wait for what they expect: a look at one moment of a page fails on a slow machine."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parent / "web" / "console").glob("*.py"))
LOOKS = {
    "is_visible", "is_hidden", "is_enabled", "is_disabled", "is_checked", "is_editable", "count",
    "inner_text", "all_inner_texts", "text_content", "all_text_contents", "input_value", "get_attribute",
}  # fmt: skip


def looks_of(node: ast.AST) -> Iterator[str]:
    """Return the looks at a page below a node; ``until`` repeats its looks."""
    match node:
        case ast.Call(func=ast.Name("until")):
            return
        case ast.Call(func=ast.Attribute(attr=name), args=arguments) if name in LOOKS:
            if name != "count" or not arguments:  # a text counts occurrences of its argument
                yield f"{node.lineno}: {name}()"
        case ast.Assert(test=test):
            urls = (each for each in ast.walk(test) if isinstance(each, ast.Attribute) and each.attr == "url")
            yield from (f"{each.lineno}: page.url" for each in urls if ast.unparse(each.value) == "page")
    for child in ast.iter_child_nodes(node):
        yield from looks_of(child)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_page_is_expected_and_not_looked_at(path):
    looks = [*looks_of(ast.parse(path.read_text("utf-8")))]

    assert looks == [], "use playwright's expect(...), page.wait_for_url or wait_for"


def test_looks_are_found():
    source = (
        "assert page.get_by_text('a').count() == 1\nassert page.url == 'b'\nuntil(lambda: page.is_visible())"
    )

    assert [*looks_of(ast.parse(source))] == ["1: count()", "2: page.url"]
