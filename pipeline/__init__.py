"""Activate customer audiences into Oracle Responsys: the program, without its workers.

The way of a change, room by room; each knows only those that it needs, and none knows an edge::

    produce/     a change enters the intake                        activate
    accept/      entries become rows in lanes, or dead letters     accept
    lanes/       rows wait for their call and its permit           claim
    deliver/     a batch becomes calls, answers become verdicts    deliver
    settle/      verdicts are written down, rows leave Redis       settle, replay
    evidence/    e-mails without an answer are settled by events   look up

    model/       the values that the program speaks of; no I/O
    text/        values written for people and for the wire
    stores/      Redis, SQL, secrets, the doorbell
    lua/         the scripts that Redis runs
    records/     connectors, destinations, sources, channels, as configured
    wire/        HTTP to accounts of any kind: deadlines, hosts, shared logins
    responsys/   Oracle Responsys: client, actions, pre-flight
    salesforce/  Salesforce: client, login, pre-flight
    sftp/        SFTP servers: login, pinned host key, files
    streams/     records of other systems, read on from a mark
    rules/       when people enter audiences by what streams read
    pairs/       fields that two systems hold, kept equal
    consents/    wishes of people for a channel, and what they bar
    snapshots/   all members of an audience; only the difference is sent
    event_files/  files of events from Responsys; each event counts once
    people/      a person's names in other systems, connected
    profiles/    fields kept per person, folded from events
    alerts/      rules on all of it, and the channels that are told
    runtime/     one process of ours, put together
    operate/     the operator's view: status, numbers, erasure
    cli/ web/ demo/  edges

    program.py   the command ``activation``, from its first line to its last
    interrupts.py  Ctrl-C at any moment of it
    errors.py    failures, named by the pipeline's next move
    settings.py  the environment
    logs.py      logging, without personal data

``docs/extending.md`` names the files of each step, and those of a new action, connector or command.
"""

TYPE_CHECKING = False  # as typing's, which takes milliseconds to import
if TYPE_CHECKING:
    from pipeline.produce.producer import Producer as Producer

__all__ = ["Producer"]


def __getattr__(name: str) -> object:
    """Import the producer when it is asked for: most of us do without it."""
    if name == "Producer":
        from pipeline.produce.producer import Producer

        return Producer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
