"""Text of a dry run: the calls that would go out."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from pipeline.deliver.expected import Expected
from pipeline.deliver.expected_calls import Calls
from pipeline.text.escapes import printable
from pipeline.text.labels import labelled
from pipeline.text.plural import counted

SHOWN = 20  # kinds of calls of a destination
NOTHING_SENT = "Nothing was sent: this was a dry run."


def print_calls(found: Iterable[Expected]) -> None:
    """Print them for a person."""
    for expected in found:
        for line in destination_lines(expected):
            click.echo(printable(line))


def destination_lines(expected: Expected) -> Iterator[str]:
    """Yield the lines about one destination."""
    kinds = list(expected.calls.values())
    certain = sum(calls.calls for calls in kinds if not calls.is_set_up)
    least = "at least " if expected.may_be_more else ""
    numbers = f"{counted(expected.rows, 'row')}, {least}{counted(certain, 'call')}{remarks_on(expected)}"
    yield f"{labelled(expected.destination.name, expected.destination.label)}: {numbers}"
    for stop in expected.stops:
        yield f"  {stop}"
    if expected.left_out:
        columns = ", ".join(f"{column} ({amount:,})" for column, amount in sorted(expected.left_out.items()))
        yield f"  values left out as not valid: {columns}"
    for calls in kinds[:SHOWN]:
        yield from call_lines(calls)
    if len(kinds) > SHOWN:
        yield f"  and {len(kinds) - SHOWN:,} more kinds of calls (--json lists all)"


def remarks_on(expected: Expected) -> str:
    """Write sentences about activations that make no call."""
    others = {
        "overlaid by newer ones": expected.coalesced,
        "repeated within dedupe": expected.repeated,
        "with an id that came before": expected.repeated_ids,
        "invalid": expected.invalid,
    }
    return "".join(f", {number:,} {what}" for what, number in others.items() if number)


def call_lines(calls: Calls) -> Iterator[str]:
    """Yield the lines about calls of one kind."""
    if calls.is_set_up:
        yield f"  {calls.step}: {calls.function}, once, unless it is known to be there"
    else:
        rows = counted(calls.rows, "row")
        most = f", at most {calls.most:,} in one" if calls.calls > 1 else ""
        yield f"  {calls.step}: {calls.function}, {counted(calls.calls, 'call')} with {rows}{most}"
    yield f"    {calls.method} {calls.path}"
    if isinstance(calls.body, Mapping):
        yield from (
            f"      {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in calls.body.items()
        )


def documents(found: Iterable[Expected]) -> dict[str, Any]:
    """Return them for a program, by destination."""
    return {expected.destination.name: destination_document(expected) for expected in found}


def destination_document(expected: Expected) -> dict[str, Any]:
    """Return one destination for a program."""
    return {
        "rows": expected.rows,
        "coalesced": expected.coalesced,
        "repeated": expected.repeated + expected.repeated_ids,
        "invalid": expected.invalid,
        **({"values_left_out": dict(expected.left_out)} if expected.left_out else {}),
        **({"may_be_more_calls": True} if expected.may_be_more else {}),
        "stopped": [str(stop) for stop in expected.stops],
        "calls": [calls_document(calls) for calls in expected.calls.values()],
    }


def calls_document(calls: Calls) -> dict[str, Any]:
    """Return calls of one kind for a program."""
    return {
        "step": calls.step,
        "function": calls.function,
        "method": calls.method,
        "path": calls.path,
        "set_up": calls.is_set_up,
        "calls": calls.calls,
        "rows": calls.rows,
        "most_rows": calls.most,
        "body": calls.body,
    }
