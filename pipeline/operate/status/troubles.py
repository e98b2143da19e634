"""Troubles: faults and delays, each with the way out of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.lanes.pace import Pace
from pipeline.operate.crowds import crowd_notes
from pipeline.operate.status.status import DestinationStatus, Status
from pipeline.records.stops import Stop, remedy
from pipeline.runtime.beat import MAX_DOORBELLS
from pipeline.stores.duty_trouble import DUTIES
from pipeline.stores.redis_health import NEAR, faults
from pipeline.text.durations import spell
from pipeline.text.labels import labelled
from pipeline.text.plural import counted
from pipeline.text.sizes import spell as spell_size

LATE_SECONDS = 60.0  # that a batch may be due before it is reported


@dataclass(frozen=True)
class Trouble:
    """One thing to know; ``passing``: it ends without a person."""

    text: str
    remedy: str
    passing: bool = False
    stop: Stop | None = None  # that it is about
    of_letters: bool = False  # about open dead letters

    def document(self) -> dict[str, str | bool]:
        """Return it for programs."""
        return {"text": self.text, "way_out": self.remedy, "passing": self.passing}


def troubles(status: Status) -> list[Trouble]:
    """Return all troubles, those that need a person first."""
    all_troubles = [*of_server(status), *of_emptied(status), *of_sql(status), *nothing_set_up(status)]
    all_troubles += [*of_duties(status), *of_workers(status), *of_intake(status), *of_messages(status)]
    all_troubles += of_stops(status)
    all_troubles += [trouble for pace in one_per_account(status.paces) for trouble in of_pace(pace)]
    all_troubles += of_day_counts(status)
    all_troubles += [trouble for line in status.destinations for trouble in of_line(status, line)]
    all_troubles += [trouble for line in status.destinations for trouble in of_left_out(line)]
    all_troubles += [*of_schemas(status), *of_consents(status), *of_untold(status)]
    all_troubles += [*of_letters(status), *of_channels(status), *of_imports(status), *of_crowds(status)]
    return sorted(all_troubles, key=lambda trouble: trouble.passing)


def of_server(status: Status) -> Iterator[Trouble]:
    """Say that Redis cannot write, was demoted, is full, will be, or keeps nothing."""
    server = status.server
    yield from (Trouble(*fault) for fault in faults(server))
    if not server.keeps:
        text = "the Redis server keeps no append-only file: when it ends, what waits is lost"
        yield Trouble(text, "CONFIG SET appendonly yes, and in its configuration")
    of = f"{spell_size(server.used)} of {spell_size(server.limit or server.machine)}"
    if server.full:
        return
    if server.share >= NEAR and server.limit:
        text = f"the Redis server is nearly full ({of}): backfills wait, and when it is, all producers"
        yield Trouble(text, "see what holds rows back, or raise its maxmemory", passing=True)
    elif server.share >= NEAR:
        text = f"the Redis server has nearly all memory of its machine ({of}), and no maxmemory"
        yield Trouble(text, "set maxmemory: producers are refused then, and nobody ends the server")


def of_emptied(status: Status) -> Iterator[Trouble]:
    """Say that Redis lost everything."""
    if status.emptied:
        at = status.emptied.strftime("%Y-%m-%d %H:%M:%S UTC")
        text = f"the Redis server was emptied (found {at}): activations, rows and limits in it are gone"
        way_out = "workers have published the records again and go on; send again what has no outcome in"
        yield Trouble(text, f"{way_out} `activation stats`; this note ends after a day", passing=True)


def of_sql(status: Status) -> Iterator[Trouble]:
    """Say that outcomes cannot be recorded."""
    if status.sql:
        text = f"workers cannot write to the SQL store: {status.sql}; they keep the outcomes of their calls"
        yield Trouble(text, "make room for it, or bring it back; then all goes on by itself")


def of_duties(status: Status) -> Iterator[Trouble]:
    """Name the duties that workers cannot do."""
    for trouble in status.duties:
        text = f"a worker cannot {DUTIES[trouble.duty]}: {trouble.reason}"
        yield Trouble(text, "put it right (the workers' log says more); then all goes on by itself")


def of_intake(status: Status) -> Iterator[Trouble]:
    """Name the shards of the intake that stand still although a worker lives and the server has room."""
    if status.server.full or not status.workers_seen:
        return
    for shard in status.intake.stuck:
        waiting = counted(shard.entries, "activation waits", "activations wait")
        text = f"shard {shard.shard} of the intake has not moved on for {spell(shard.seconds)}; {waiting}"
        why = f" ({shard.why})" if shard.why else ""
        yield Trouble(f"{text}{why}", "workers try again every half minute; their log says more")


def of_messages(status: Status) -> Iterator[Trouble]:
    """Say that there were messages that no task could run, or that no worker takes."""
    kinds = [f"{amount:,} {kind.replace('_', ' ')}" for kind, amount in status.strays.items() if amount]
    if kinds:
        text = f"messages came that no task can run: {', '.join(kinds)}"
        yield Trouble(
            text, "see docs/messages.md for what a producer sends; told until a day passes without one"
        )
    for queue, amount in status.unrouted.items():
        lie = counted(amount, "message lies", "messages lie")
        yield Trouble(
            f'{lie} in the queue "{queue}", which no worker takes', 'send to the queue "activations"'
        )


def nothing_set_up(status: Status) -> Iterator[Trouble]:
    """Say that there is nothing to send to."""
    if not status.catalog.destinations and not status.catalog.imports:
        yield Trouble("no destination is configured", "bring some in with `activation apply FILE`")


def of_workers(status: Status) -> Iterator[Trouble]:
    """Say that no worker lives, or that none serves one of the queues."""
    if status.server.unwritten or status.server.replica:
        return  # a worker could not show that it lives
    if not status.workers_seen:
        left = [counted(status.waiting, "row waits", "rows wait")] if status.waiting else []
        if amount := status.intake.waiting:
            left.append(counted(amount, "activation is in the intake", "activations are in the intake"))
        text = "; ".join(["no worker has been seen: nothing is sent", *left])
        yield Trouble(text, "start some with `activation up`")
        return
    if status.intake.waiting and not status.intake.claimed and status.queues["activations"] >= MAX_DOORBELLS:
        text = f'no worker takes from the queue "activations"; {status.intake.waiting:,} are in the intake'
        yield Trouble(text, "start a worker with -Q activations")
    if unanswered := sum(line.backlog.unanswered for line in status.destinations):
        batches = counted(unanswered, "batch waits", "batches wait")
        text = f'{batches} in the queue "deliveries" for a worker to take up'
        yield Trouble(text, "start more workers with -Q deliveries")


def of_stops(status: Status) -> Iterator[Trouble]:
    """Name each record that is held, paused or disabled, with the rows that wait for it."""
    for stop in status.stops:
        waiting = sum(line.backlog.waiting for line in status.destinations if stop in line.stops)
        text = f"{stop}; {counted(waiting, 'row waits', 'rows wait')}" if waiting else str(stop)
        yield Trouble(text, remedy(status.catalog, stop), stop=stop)


def one_per_account(paces: tuple[Pace, ...]) -> list[Pace]:
    """Return one pace for each account and function: connectors of one account share its limits."""
    return list({(pace.account, pace.function): pace for pace in reversed(paces)}.values())[::-1]


def of_pace(pace: Pace) -> Iterator[Trouble]:
    """Say that an account is asked to wait."""
    if pace.capacity:
        text = f'connector "{pace.connector}": the account\'s capacity is exhausted, as {pace.system} says'
        if pace.capacity.probing:
            yield Trouble(f"{text}; one call is trying now", "it goes on by itself", passing=True)
        else:
            after = (
                f"after {spell(pace.capacity.probe)}" if pace.capacity.probe else "as soon as rows are due"
            )
            yield Trouble(f"{text}; one call will try {after}", "it goes on by itself", passing=True)
    if pace.paused:
        text = f'connector "{pace.connector}": {pace.system} refused {pace.function} for its limit'
        yield Trouble(
            f"{text}; paused for another {spell(pace.paused)}", "it goes on by itself", passing=True
        )


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


def of_schemas(status: Status) -> Iterator[Trouble]:
    """Say what the daily comparison found that rows will fail by."""
    for name, problems in status.schema_problems.items():
        subject = labelled(f'connector "{name}"', status.catalog.connectors[name].label)
        for text in problems:
            yield Trouble(f"{subject}: {text}", f"put it right, then `activation check {name}`")


def of_consents(status: Status) -> Iterator[Trouble]:
    """Say that destinations name consents that are not there."""
    for _, destination in sorted(status.catalog.destinations.items()):
        if destination.honour and destination.honour not in status.catalog.consents:
            named = labelled(f'destination "{destination.name}"', destination.label)
            text = f'{named} honours "{destination.honour}", which bars nobody yet: there are no consents'
            yield Trouble(text, "activate for its audience only people who may be sent to", passing=True)


def of_untold(status: Status) -> Iterator[Trouble]:
    """Say that an opting out has not reached the other side, or that nothing is passed on after a burst."""
    for one in status.consents:
        name = one.account.name
        if one.is_late:
            age = spell(one.oldest or 0)
            text = f'an opting out of the consents "{name}" has not reached the other side for {age}'
            yield Trouble(text, "`activation consent parity` tells whose, and what is in its way")
        for burst in one.bursts:
            way_out = f"look whether that is right, then `activation resume consents:{name}`"
            yield Trouble(burst.text, way_out)


def of_letters(status: Status) -> Iterator[Trouble]:
    """Say that dead letters wait for a decision."""
    amount = status.lost_letters + sum(line.dead_letters for line in status.destinations)
    if amount:
        what = counted(amount, "dead letter is", "dead letters are")
        way_out = "`activation dead-letters list`, then replay or drop"
        yield Trouble(f"{what} open", way_out, of_letters=True)


def of_day_counts(status: Status) -> Iterator[Trouble]:
    """Say that an account announced the end of a version, or that its calls are used above the ceiling."""
    for count in status.day_counts:
        connector = count.connector
        if count.version_ends:
            version = getattr(connector, "version", "")
            text = f"{count.record}: the org announces the end of version {version}"
            yield Trouble(text, "give a newer `version`, then `activation check`")
        if count.is_above_ceiling:
            used = f"{count.use.used:,} of {count.use.most:,} calls of 24 hours are used by all"
            only = "nothing goes out" if count.use.is_spent else "only destinations of the first class go on"
            way_out = "goes on by itself when fewer are; see who else calls, or raise `ceiling`"
            yield Trouble(f"{count.record}: {used}: {only}", way_out, passing=True)


def of_channels(status: Status) -> Iterator[Trouble]:
    """Say that a channel does not take messages about alerts."""
    for name, reason in sorted(status.failing_channels.items()):
        text = f'channel "{name}" is failing: a message about an alert was given up ({reason})'
        yield Trouble(text, f"mend it, then `activation channels test {name}`")


def of_imports(status: Status) -> Iterator[Trouble]:
    """Say that an import fails, that its files are late, or that some failed."""
    for one in status.imports:
        subject = labelled(f'import "{one.name}"', one.record.label)
        if one.run.error and not one.is_stopped:
            since = one.run.failing_since
            lasts = f" for {spell((status.at - since).total_seconds())}" if since else ""
            text = f"{subject} has failed{lasts}: {one.run.error}"
            yield Trouble(text, "put it right; its schedule tries again, after ten hours no more")
        if (late := one.late_by(status.at)) is not None:
            text = f"{subject} has had no new file for {spell(late.total_seconds())}"
            yield Trouble(text, "see whether Responsys' export job runs, and `activation check`")
        if failed := one.files.get("failed", 0):
            text = f"{subject}: {counted(failed, 'file')} failed"
            way_out = f"`activation imports files {one.name} --state failed`, then retry or ignore"
            yield Trouble(text, way_out)


def of_crowds(status: Status) -> Iterator[Trouble]:
    """Say that people have too many RIIDs."""
    for text, way_out in crowd_notes(status.imports):
        yield Trouble(text, way_out, passing=True)
