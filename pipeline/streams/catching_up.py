"""Catching up: followers that are new to a source of events get those that were taken before them.

``choice`` of the stream names the followers that have caught up, each with the types of events that it is
given. One that stops following is forgotten with the next run, and catches up again when it comes back.
"""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.model.source import EventsSource
from pipeline.streams.event_points import read_cover, write_cover
from pipeline.streams.followers import Follower
from pipeline.streams.stream_state import StreamState
from pipeline.streams.stream_turn import StreamTurn


def catch_up(turn: StreamTurn, source: EventsSource, follower: Follower) -> None:
    """Begin a reading of all kept events if a follower that catches up is new."""
    cover, names = read_cover(turn.state), names_of(source, follower)
    if names == cover.caught_up:
        return
    choice = write_cover(replace(cover, caught_up=names))
    if is_behind(turn.state, source, follower):
        turn.write(choice=choice, full_stamp=0, full_id="")
    else:
        turn.write(choice=choice)


def is_behind(state: StreamState, source: EventsSource, follower: Follower) -> bool:
    """Tell whether a follower that catches up is new."""
    return not {*names_of(source, follower)} <= {*read_cover(state).caught_up}


def names_of(source: EventsSource, follower: Follower) -> tuple[str, ...]:
    """Return the followers that catch up, each with the types of events that it is given."""
    types: Sequence[str] = sorted(source.types)
    return tuple(sorted(f"{name} {','.join(types)}" for name in follower.catches_up))
