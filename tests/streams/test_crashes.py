"""Where a run stops, and that nothing is lost or sent twice: the crash table of the design."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from pipeline.errors import CallError, PipelineError
from pipeline.produce.appender import Appender
from pipeline.stores.database import reading
from pipeline.stores.row_lease import Busy, Lost
from pipeline.stores.stream_tables import outgoing
from pipeline.stores.stream_tables import streams as table
from pipeline.streams.page_taking import PageTaking
from pipeline.streams.stream_outbox import StreamOutbox
from pipeline.streams.stream_turn import stream_turn
from tests.processes.environment import until
from tests.streams.environment import ago


class Killed(BaseException):
    """The process is no more."""


@pytest.fixture
def contacts(org, small_pages):
    """More than a page of them."""
    load(org, 210)


def load(org, count):
    with ago(org, 60):
        org.order("load", {"object": "Contact", "range": {"count": count}})


def die(*_, **__):
    raise Killed


def die_after(function, calls):
    """Let a function run some times, then die; where it dies its work is done."""
    left = [calls]

    def run(*given, **named):
        found = function(*given, **named)
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return found

    return run


def assert_each_was_sent_once(streams, count=210):
    sent = [each.identifiers["salesforce_id"] for each in streams.taken()]
    assert (len(sent), len(set(sent))) == (count, count)
    with reading(streams.events) as connection:
        assert connection.execute(select(outgoing)).all() == []


@pytest.mark.parametrize("calls", [0, 1])
def test_a_page_that_was_not_committed_is_read_again(streams, contacts, monkeypatch, calls):
    monkeypatch.setattr(PageTaking, "take", die_after(PageTaking.take, calls))
    with pytest.raises(Killed):
        streams.run()
    monkeypatch.undo()

    assert len(streams.known()) == (200 if calls else 0)
    streams.run()

    assert_each_was_sent_once(streams)


def test_a_page_that_was_not_appended_is_appended_first(streams, contacts, monkeypatch):
    monkeypatch.setattr(Appender, "append_chunk", die)
    with pytest.raises(Killed):
        streams.run()
    monkeypatch.undo()

    assert streams.taken() == []
    outcome = streams.run()

    assert (outcome.sent, outcome.counts.changed) == (210, 10)
    assert_each_was_sent_once(streams)


@pytest.mark.parametrize(("chunks", "appended"), [(0, 50), (2, 150), (None, 200)])
def test_what_was_appended_and_not_noted_counts_once(streams, contacts, monkeypatch, chunks, appended):
    """``chunks``: that were appended before the last one; None: all of the page were."""
    if chunks is None:
        monkeypatch.setattr(StreamOutbox, "_note", die)
    else:
        monkeypatch.setattr(Appender, "append_chunk", die_after(Appender.append_chunk, chunks))
    with pytest.raises(Killed):
        streams.run()
    monkeypatch.undo()

    assert len(streams.entries()) == appended
    streams.run()

    assert_each_was_sent_once(streams)


def test_a_run_that_only_slept_writes_nothing(streams, contacts, monkeypatch):
    run = streams.prepare()
    page = run.reader.page

    def take_over(after):
        with streams.events.begin() as connection:
            connection.execute(update(table).values(owner="1 on elsewhere 0f"))
        return page(after)

    monkeypatch.setattr(run.reader, "page", take_over)

    with pytest.raises(Lost):
        run.run()

    assert (streams.known(), streams.entries()) == ({}, [])
    assert streams.state().owner == "1 on elsewhere 0f"


def test_one_run_at_a_time(streams):
    with stream_turn(streams.events, "contacts"), pytest.raises(Busy, match='source "contacts" is under way'):
        streams.run()


def test_a_turn_that_is_not_renewed_is_taken_over(streams, org):
    org.load("Contact", {"LastName": "One"})
    long_ago = datetime.now(UTC) - timedelta(minutes=2)
    with streams.events.begin() as connection:
        connection.execute(table.insert().values(source="contacts", owner="1 on x 0f", alive_at=long_ago))

    assert streams.run().sent == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"errorCode": "REQUEST_LIMIT_EXCEEDED", "status": 403}, "REQUEST_LIMIT_EXCEEDED"),
        ({"errorCode": "QUERY_TIMEOUT", "status": 400}, "QUERY_TIMEOUT"),
        ({"errorCode": "INVALID_FIELD", "status": 400}, "INVALID_FIELD"),
    ],
)
def test_an_org_that_refuses_leaves_the_mark_where_it_is(streams, org, contacts, fault, code):
    streams.run()
    streams.taken()
    mark = streams.state().mark
    org.order("faults", [{"kind": "error", "function": "queryAll", "times": 1, **fault}])

    with pytest.raises(CallError) as refused:
        streams.run()

    assert refused.value.code == code
    assert streams.state().mark == mark
    (one, *_) = org.ids("Contact")
    org.edit("Contact", one, Title="New")
    streams.run()
    assert streams.sent() == [(one, "UPDATE", {"title": "New"})]


def test_another_org_under_the_same_host_is_refused(streams, contacts):
    streams.run()
    with streams.events.begin() as connection:
        connection.execute(update(table).values(org="00D000000000009AAA"))

    with pytest.raises(PipelineError, match="OTHER_ORG: the host is now that of org"):
        streams.run()


def test_after_redis_was_lost_everybody_is_sent_again(streams, contacts):
    streams.run()
    streams.redis.flushall()

    streams.run(resend=True)

    assert_each_was_sent_once(streams)


def test_numbers_of_chunks_are_not_used_again_after_a_backup(streams, org, contacts):
    """The marks go back, and Redis remembers the chunks that were appended since."""
    streams.run()
    streams.taken()
    before = streams.state()
    (one, *_) = org.ids("Contact")
    org.edit("Contact", one, Title="New")
    streams.run()
    streams.taken()
    values = {name: getattr(before, name) for name in ("series", "chunk", "mark_stamp", "mark_id")}
    with streams.events.begin() as connection:
        connection.execute(update(table).values(**values))

    org.edit("Contact", one, Title="Newer")
    streams.run()

    assert streams.sent() == [(one, "UPDATE", {"title": "Newer"})]


SCRIPT = """
import sys
from tests.streams.killed import run
run(*sys.argv[1:])
"""


def test_after_kill_9_the_next_run_goes_on_at_once(streams, org, server_url, connector):
    """Its turn would last for a minute, but its process is known to be gone."""
    load(org, 2100)
    org.order("faults", [{"kind": "hang", "function": "queryAll", "after": 1, "times": 1, "seconds": 60}])
    url = streams.events.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", SCRIPT, url, server_url, connector.host]
    with subprocess.Popen(command, env={**os.environ}) as process:
        until(lambda: process.poll() is not None or len(streams.known()) == 2000, what="a page")
        assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
    org.order("faults", [])

    streams.run()

    assert_each_was_sent_once(streams, 2100)
