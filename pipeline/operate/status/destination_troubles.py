"""Troubles of destinations: their stops, rows, dead letters and consents."""

from collections.abc import Iterator

from pipeline.operate.status.destination_status import DestinationStatus
from pipeline.operate.status.status import Status
from pipeline.operate.status.trouble import Trouble
from pipeline.records.stops import remedy
from pipeline.text.durations import spell
from pipeline.text.plural import counted

LATE_SECONDS = 60.0  # that a batch may be due before it is reported


def nothing_set_up(status: Status) -> Iterator[Trouble]:
    """Say that there is nothing to send to."""
    if not status.catalog.destinations and not status.catalog.imports:
        yield Trouble("no destination is configured", "bring some in with `activation apply FILE`")


def of_stops(status: Status) -> Iterator[Trouble]:
    """Name each record that is held, paused or disabled, with the rows that wait for it."""
    for stop in status.stops:
        waiting = sum(line.backlog.waiting for line in status.destinations if stop in line.stops)
        text = f"{stop}; {counted(waiting, 'row waits', 'rows wait')}" if waiting else str(stop)
        yield Trouble(text, remedy(status.catalog, stop), stop=stop)


def of_line(status: Status, line: DestinationStatus) -> Iterator[Trouble]:
    """Say that a destination was removed, tries again, or falls behind."""
    backlog = line.backlog
    if line.state == "removed" and backlog.waiting:
        text = f"{line.record} was removed while {counted(backlog.waiting, 'row')} waited"
        yield Trouble(text, "workers turn them into dead letters; to send them, apply it again first")
    if backlog.again and line.state in ("waiting", "sending"):
        text = f"{counted(backlog.again, 'batch waits', 'batches wait')} for another try"
        yield Trouble(f"{line.record}: {text}", "Flower and the workers' log say why", passing=True)
    late = backlog.due is not None and -backlog.due > LATE_SECONDS and line.state in ("waiting", "sending")
    if late and status.workers_seen:
        waited = f"rows that may go have waited up to {spell(backlog.oldest or 0)}"
        text = f"{line.record} is behind: {waited}"
        if (line.drain or 0) > LATE_SECONDS:
            text += f"; to send all takes {spell(line.drain or 0)} at least"
        yield Trouble(text, "nothing is lost: the limits, or too few workers, set the speed", passing=True)


def of_left_out(line: DestinationStatus) -> Iterator[Trouble]:
    """Say that rows went without values, by the columns."""
    if line.left_out:
        columns = ", ".join(f"{column} ({amount:,})" for column, amount in sorted(line.left_out.items()))
        text = f"{line.record}: within a day values were left out of rows as not valid: {columns}"
        remedy = 'mend them where they come from; without `invalid = "skip"` such rows become dead letters'
        yield Trouble(text, remedy, passing=True)


def of_letters(status: Status) -> Iterator[Trouble]:
    """Say that dead letters wait for a decision."""
    amount = status.lost_letters + sum(line.dead_letters for line in status.destinations)
    if amount:
        what = counted(amount, "dead letter is", "dead letters are")
        way_out = "`activation dead-letters list`, then replay or drop"
        yield Trouble(f"{what} open", way_out, of_letters=True)


def of_consents(status: Status) -> Iterator[Trouble]:
    """Say that destinations name consents that are not there."""
    for _, destination in sorted(status.catalog.destinations.items()):
        if destination.honour and destination.honour not in status.catalog.consents:
            bars = f'honours "{destination.honour}", which bars nobody yet: there are no consents'
            text = f"{destination.subject} {bars}"
            yield Trouble(text, "activate for its audience only people who may be sent to", passing=True)


def of_untold(status: Status) -> Iterator[Trouble]:
    """Say that an opting out has not reached the other side, or that nothing is passed on after a burst."""
    for one in status.consents:
        name = one.account.name
        if one.is_late:
            age = spell(one.oldest or 0)
            text = f'an opting out of the consents "{name}" has not reached the other side for {age}'
            way_out = "`activation consent parity` tells whose, and what is in its way"
            yield Trouble(text, way_out, of_wishes=True)
        for burst in one.bursts:
            way_out = f"look whether that is right, then `activation resume consents:{name}`"
            yield Trouble(burst.text, way_out, of_wishes=True)
