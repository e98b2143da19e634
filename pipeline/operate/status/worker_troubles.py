"""Troubles of workers, of their duties, and of work that waits for them."""

from collections.abc import Iterator

from pipeline.operate.status.status import Status
from pipeline.operate.status.trouble import Trouble
from pipeline.runtime.beat import MAX_DOORBELLS
from pipeline.stores.duty_trouble import DUTIES
from pipeline.text.durations import spell
from pipeline.text.plural import counted


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
