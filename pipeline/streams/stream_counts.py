"""Counts of a stream's run: rows, records and activations."""

from dataclasses import dataclass


@dataclass
class StreamCounts:
    """Numbers of one run of a stream."""

    read: int = 0  # rows
    changed: int = 0  # records that are new, or differ from their stored values
    gone: int = 0  # of these: deleted, merged, or no longer there
    activations: int = 0  # that followed
    refused: int = 0  # activations that no intake would take


@dataclass
class EventCounts(StreamCounts):
    """Numbers of one run of a source of events, with the fates of events that led to no activation."""

    in_future: int = 0  # captured more than a day from now: nothing follows from them
    put_off: int = 0
    left_out: int = 0


@dataclass
class MemberCounts(StreamCounts):
    """Numbers of one run of a source of members."""

    left_out: int = 0  # members that would be sent, if a record of their person were known
