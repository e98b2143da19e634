"""``python -m bench.words``: how readable names and sentences are, in figures to look at and not a gate.

Sentences: how often a few words that stand for a missing noun come in 1,000 words of docstrings and comments.
Names: functions named by one word, classes that share a name, names on the floor of ``pipeline/``.
Sizes: the longest function and the longest file.
"""

import argparse
import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.processes import ROOT

PACKAGES = ("pipeline", "tasks", "schemas", "emulators")
PRONOUNS = ("what", "who", "whoever", "whose", "somebody", "nobody", "others")
WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
FOR_TOOLS = re.compile(r"#\s*(noqa|type:|fmt:|pragma)\S*( [A-Z]+\d+)?")
QUESTION = re.compile(r"(What|Who|Whoever|Whose|How|Whether)\b")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Source:
    """One file of the program."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The file as Python reads it."""
        return ast.parse(self.text)

    @cached_property
    def words(self) -> Counter[str]:
        """Words of docstrings and comments, in lower case, with how often they come."""
        return Counter(word.lower() for text in self.sentences() for word in WORD.findall(text))

    @property
    def pronouns(self) -> int:
        """How many of its words stand for a missing noun."""
        return sum(self.words[word] for word in PRONOUNS)

    def sentences(self) -> Iterator[str]:
        """Yield docstrings, then comments without their orders to tools."""
        for node in ast.walk(self.tree):
            if isinstance(node, DOCUMENTED):
                yield ast.get_docstring(node) or ""
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield FOR_TOOLS.sub("", token.string)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield functions and methods."""
        yield from (node for node in ast.walk(self.tree) if isinstance(node, FUNCTIONS))

    def classes(self) -> Iterator[str]:
        """Yield the names of classes."""
        yield from (node.name for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))

    def begins_with_a_question(self) -> bool:
        """Whether the module's docstring has a question word for its noun."""
        return QUESTION.match(ast.get_docstring(self.tree) or "") is not None


def main() -> None:
    """Print every figure."""
    chosen = parse()
    sources = {package: read(chosen.root, package) for package in PACKAGES}
    every = [source for several in sources.values() for source in several]
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(sentences({**sources, "all": every}))
    console.print(worst(every, chosen.root, chosen.worst))
    console.print(figures(sources, chosen.root))


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.words", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to look at; default: this one")
    parser.add_argument("--worst", type=int, default=20, metavar="N", help="files to list; default: 20")
    return parser.parse_args(arguments)


def read(root: Path, package: str) -> list[Source]:
    """Read the files of a package."""
    return [Source(path, path.read_text("utf-8")) for path in sorted((root / package).rglob("*.py"))]


def sentences(sources: dict[str, list[Source]]) -> Table:
    """Build the table of words: each one's number in 1,000 words, by package."""
    built = Table(title="In 1,000 words of docstrings and comments", title_justify="left")
    for heading in ("", "words", *PRONOUNS, "together", "questions first"):
        built.add_column(heading, justify="right" if heading else "left")
    for package, several in sources.items():
        words = sum((source.words for source in several), Counter())
        total = words.total() or 1
        shares = [f"{1000 * words[word] / total:.1f}" for word in PRONOUNS]
        together = 1000 * sum(source.pronouns for source in several) / total
        questions = sum(source.begins_with_a_question() for source in several)
        built.add_row(package, f"{total:,}", *shares, f"{together:.1f}", f"{questions} of {len(several)}")
    return built


def worst(sources: Iterable[Source], root: Path, count: int) -> Table:
    """Build the table of the files with most of these words."""
    built = Table(title="Files with most of them", title_justify="left")
    for heading in ("file", "of these words", "words"):
        built.add_column(heading, justify="left" if heading == "file" else "right")
    for source in sorted(sources, key=lambda source: source.pronouns, reverse=True)[:count]:
        path = source.path.relative_to(root).as_posix()
        built.add_row(path, str(source.pronouns), str(source.words.total()))
    return built


def figures(sources: dict[str, list[Source]], root: Path) -> Table:
    """Build the table of names and sizes."""
    built = Table("figure", "value", title="Names and sizes", title_justify="left")
    for package, several in sources.items():
        built.add_row(f"{package}: functions named by one word", one_word(several))
        built.add_row(f"{package}: longest function", longest_function(several, root))
        longest = max(several, key=lambda source: source.text.count("\n"))
        built.add_row(f"{package}: longest file", place(longest.text.count("\n"), longest, root))
    floor = sorted(path.name for path in (root / "pipeline").iterdir() if path.name[0] not in "_.")
    built.add_row("names on the floor of pipeline/", f"{len(floor)}: {', '.join(floor)}")
    twice = repeated(sources["pipeline"])
    built.add_row("class names that occur twice in pipeline/", f"{len(twice)}: {', '.join(twice)}")
    return built


def one_word(sources: Sequence[Source]) -> str:
    """Return the share of functions whose name has no object; names that Python gives do not count."""
    every = [node.name for source in sources for node in source.functions()]
    names = [name.strip("_") for name in every if not name.startswith("__")]
    return f"{sum('_' not in name for name in names) / len(names):.0%} of {len(names):,}"


def longest_function(sources: Sequence[Source], root: Path) -> str:
    """Return the lines and the place of the longest function; migrations are never shortened."""
    changing = [source for source in sources if "versions" not in source.path.parts]
    every = [(node, source) for source in changing for node in source.functions()]
    node, source = max(every, key=lambda pair: lines_of(pair[0]))
    return place(lines_of(node), source, root, node.name)


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function, with its docstring and without its decorators."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def place(lines: int, source: Source, root: Path, name: str = "") -> str:
    """Return a number of lines and their place."""
    return f"{lines} lines: {source.path.relative_to(root).as_posix()} {name}".rstrip()


def repeated(sources: Iterable[Source]) -> list[str]:
    """Return class names that several classes have."""
    counts = Counter(name for source in sources for name in source.classes())
    return sorted(name for name, count in counts.items() if count > 1)


if __name__ == "__main__":
    main()
