"""Pages of unknown e-mails: their size, the events that are asked for, and verdicts that no page changes."""

import pytest
from sqlalchemy import event

from pipeline.evidence import look_up
from pipeline.evidence.event_search import find_events
from pipeline.settle.dead_letters import Filter
from pipeline.settle.replay import drop
from tests.evidence.test_settling import BOTH, NOT_SENT, ONE, out_at


@pytest.fixture
def asked(monkeypatch):
    """The first and the last moment of each search for events, in hours."""
    found = []

    def asking(connection, account, recipients, campaigns, first, last, *feeds):
        found.append((last - first) / 3600)
        return find_events(connection, account, recipients, campaigns, first, last, *feeds)

    monkeypatch.setattr(look_up, "find_events", asking)
    return found


@BOTH
def test_a_page_spans_a_day_and_has_a_number_of_e_mails_at_most(evidence, asked):
    for day in range(30):
        evidence.lose(*(f"n{day}x{n}" for n in range(5)), hours=24 * day + 1)
    evidence.put(evidence.row("n7x1", hours=7 * 24 + 1))
    evidence.ran()
    pages = [(len(emails), findings) for emails, findings in evidence.pages(4)]

    assert sum(size for size, _ in pages) == 150
    assert max(size for size, _ in pages) == 4
    assert max(asked) < 24 + 3 * 24 + 2
    assert [key for _, findings in pages for key in findings.resolved] == ["n7x1"]


@ONE
def test_a_page_is_looked_up_by_a_number_of_statements_that_no_number_of_e_mails_changes(evidence):
    def statements(amount):
        evidence.lose(*(f"n{amount}x{n}" for n in range(amount)))
        counted.clear()
        evidence.found()
        return len(counted)

    evidence.put(evidence.row("other"))
    evidence.ran()
    counted = []

    def count(*_):
        counted.append(1)

    for engine in (evidence.engine, evidence.events):
        event.listen(engine, "before_cursor_execute", count)
    few, many = statements(1), statements(400)

    assert 0 < many <= few + 4


@ONE
@pytest.mark.parametrize("size", [1, 2, 100])
def test_e_mails_of_other_pages_to_one_address_are_matched_with_it(evidence, size):
    """The event is that of the call before it, whichever page that is in."""
    evidence.lose("ada-1", hours=60)
    evidence.lose("bob", hours=58)
    evidence.lose("ada-2", hours=56)
    evidence.lose("ada-3", hours=50)
    evidence.put(evidence.row("ada", hours=56), evidence.row("ada", hours=50), hours=49)
    evidence.ran()
    evidence.settle(size)

    assert evidence.states() == {
        "ada-1": NOT_SENT, "bob": NOT_SENT, "ada-2": "delivered", "ada-3": "delivered",
    }  # fmt: skip


@ONE
@pytest.mark.parametrize("size", [1, 100])
def test_known_and_dropped_e_mails_of_before_a_page_keep_their_late_events(evidence, size):
    evidence.lose("eve", hours=100)
    evidence.lose("bob-1", hours=60)
    drop(evidence.engine, Filter(ids=("bob-1",)))
    evidence.known(out_at(evidence, "ada", hours=60), hours=60)
    evidence.lose("ada", "bob-2", hours=50)
    evidence.put(evidence.row("ada", hours=49), evidence.row("bob", hours=49), hours=48)
    evidence.ran()
    evidence.settle(size)

    assert evidence.states() == {
        "ada": NOT_SENT, "bob-1": None, "bob-2": "delivered", "eve": NOT_SENT,
    }  # fmt: skip
