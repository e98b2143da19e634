"""Activations that come into ``outgoing``, or leave it, while others are on their way to the intake."""

import pytest
from sqlalchemy import delete, func, select, update

from pipeline.model.activation import Activation
from pipeline.produce.appender import Appender
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import outgoing
from pipeline.streams.stream_outbox import StreamOutbox, put_outgoing
from tests.streams.test_crashes import Killed, die, die_after, load

SOURCE = "contacts"


@pytest.fixture
def contacts(org, small_pages):
    load(org, 190)


def put(streams, profile, source=SOURCE):
    """Put an activation to a source, as settling a conflict does."""
    found = Activation(profile_id=profile, audience="contacts", call_type="UPDATE")
    with streams.events.begin() as connection:
        put_outgoing(connection, source, [found], bulk=False)


def profiles(streams):
    return [each.profile_id for each in streams.taken()]


def left(streams):
    with reading(streams.events) as connection:
        return connection.execute(select(outgoing)).all()


@pytest.mark.parametrize("kill", [(StreamOutbox, "_note", die), (Appender, "append_chunk", None)])
def test_what_comes_after_a_kill_does_not_go_into_chunks_that_were_appended(
    streams, contacts, monkeypatch, kill
):
    where, name, death = kill
    monkeypatch.setattr(where, name, death or die_after(Appender.append_chunk, 1))
    with pytest.raises(Killed):
        streams.run()
    monkeypatch.undo()

    put(streams, "late")
    streams.run()

    found = profiles(streams)
    assert (found.count("late"), len(found), len(set(found)), left(streams)) == (1, 191, 191, [])


def test_what_is_erased_after_a_kill_does_not_shift_what_follows(streams, contacts, monkeypatch):
    monkeypatch.setattr(Appender, "append_chunk", die_after(Appender.append_chunk, 1))
    with pytest.raises(Killed):
        streams.run()
    monkeypatch.undo()

    with streams.events.begin() as connection:
        first = connection.scalar(select(func.min(outgoing.c.number)))
        connection.execute(delete(outgoing).where(outgoing.c.number == first))
    streams.run()

    found = profiles(streams)
    assert (len(found), len(set(found)), left(streams)) == (190, 190, [])


def test_an_activation_that_becomes_a_sources_with_an_earlier_number_is_appended(
    streams, contacts, monkeypatch
):
    """As those that a burst has held, and those of a transaction that ends late on PostgreSQL."""
    put(streams, "held", "held/marketing/contacts")
    note = StreamOutbox._note

    def release_and_note(outbox, *given):
        monkeypatch.undo()
        with streams.events.begin() as connection:
            connection.execute(update(outgoing).where(outgoing.c.source != SOURCE).values(source=SOURCE))
        note(outbox, *given)

    monkeypatch.setattr(StreamOutbox, "_note", release_and_note)
    streams.run()

    found = profiles(streams)
    assert (found.count("held"), len(found), left(streams)) == (1, 191, [])


def test_a_cut_in_many_ranges_is_noted_row_by_row(streams, contacts, monkeypatch):
    """Numbers of two sources alternate; the activations of the other one stay."""
    for number in range(120):
        put(streams, f"own-{number}")
        put(streams, f"other-{number}", "elsewhere")
    streams.run()

    assert sum(profile.startswith("own-") for profile in profiles(streams)) == 120
    assert [row.source for row in left(streams)] == ["elsewhere"] * 120
