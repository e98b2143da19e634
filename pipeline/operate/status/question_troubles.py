"""Troubles of people and pairs: questions that wait for a person, and fields that are not written."""

from collections.abc import Iterator

from pipeline.operate.status.status import Status
from pipeline.operate.status.trouble import Trouble


def of_conflicts(status: Status) -> Iterator[Trouble]:
    """Say that conflicts wait for a person, by kind."""
    if text := status.questions.in_words:
        way_out = "`activation conflicts list`, then `activation conflicts settle ID`"
        yield Trouble(text, way_out, of_conflicts=True)


def of_pairs(status: Status) -> Iterator[Trouble]:
    """Say that fields of a pair are held or refused, and that a pair only watches."""
    for one in status.questions.pairs:
        look, record = f"`activation pairs diff {one.pair.name}`", ("pair", one.pair.name)
        if one.in_words:
            way_out = f"{look} shows what each side holds, and why"
            yield Trouble(f"{one.record}: {one.in_words}", way_out, record=record)
        if one.pair.watches:
            text = f"{one.record} only watches: it compares, and writes nothing"
            way_out = f'{look} shows what it would write; then `mode = "live"`'
            yield Trouble(text, way_out, passing=True, record=record)
