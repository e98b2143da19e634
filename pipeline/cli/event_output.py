"""Files that commands of events and profiles write: FILE, or standard output."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click


def write_lines(file: str, lines: Iterable[bytes]) -> int:
    """Write lines to FILE, whole or not at all, or to standard output ("-"); return their number."""
    if file == "-":
        return sum(1 for line in lines if sys.stdout.write(line.decode()))
    target = Path(file)
    partial = target.with_name(f"{target.name}.partial")
    try:
        with partial.open("wb") as stream:
            partial.chmod(0o600)
            count = sum(1 for line in lines if stream.write(line))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return count


def print_remark(text: str) -> None:
    """Print a remark on standard error, so that standard output has the lines alone."""
    click.echo(text, err=True)
