"""A person enters once, wherever the run stops that brings the record."""

import pytest

from pipeline.produce.appender import Appender
from pipeline.rules import source_rules
from pipeline.streams.stream_outbox import StreamOutbox
from tests.rules.test_pages import WEB, Rules, kept, rule
from tests.rules.test_pages import run as run
from tests.streams.environment import LEADS


class Killed(BaseException):
    """The process is no more."""


def die(*_, **__):
    raise Killed


@pytest.mark.parametrize(
    ("place", "name", "is_kept"),
    [
        (source_rules, "write_entries", False),
        (Rules, "decide", False),
        (Appender, "append_chunk", True),
        (StreamOutbox, "_note", True),
    ],
)
def test_a_person_enters_once(streams, org, run, monkeypatch, place, name, is_kept):
    rules = Rules(rule())
    (one,) = org.load("Lead", WEB)
    monkeypatch.setattr(place, name, die)
    with pytest.raises(Killed):
        run(rules)
    monkeypatch.undo()

    assert len(kept(streams)) == is_kept
    streams.run(LEADS, follower=rules)

    assert [each.id for each in streams.entries() if each.audience == "nurture"] == [f"nurture:{one}"]
    assert kept(streams) == [(f"nurture:{one}", "entered", None)]
