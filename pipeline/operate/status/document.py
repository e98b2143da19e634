"""The status as a document for programs, as ``activation status --json`` prints it."""

from dataclasses import asdict
from typing import Any

from pipeline.lanes.pace import Pace
from pipeline.operate.status.day_counts import DayCount
from pipeline.operate.status.destination_status import DestinationStatus
from pipeline.operate.status.status import Status
from pipeline.operate.status.troubles import troubles
from pipeline.records.stops import Stop
from pipeline.stores.redis_health import Server
from pipeline.text.labels import label_fields


def document(status: Status) -> dict[str, Any]:
    """Return all of it; lengths of time are seconds."""
    return {
        "at": status.at.isoformat(),
        "troubles": [trouble.document() for trouble in troubles(status)],
        "redis": {**of_server(status.server), "emptied_at": status.emptied and status.emptied.isoformat()},
        "sql_error": status.sql or None,
        "workers_seen": status.workers_seen,
        "duties_not_done": {trouble.duty: trouble.reason for trouble in status.duties},
        "queues": dict(status.queues),
        "messages": dict(status.messages),
        "intake": {
            "waiting": status.intake.waiting,
            "shards": {str(shard): length for shard, length in status.intake.shards.items()},
            "stuck": [asdict(shard) for shard in status.intake.stuck],
        },
        "destinations": [of_line(line) for line in status.destinations],
        "imports": [one.document() for one in status.imports],
        **({"streams": [one.document() for one in status.streams]} if status.streams else {}),
        **({"consents": [one.document() for one in status.consents]} if status.consents else {}),
        **({"conflicts": dict(status.questions.conflicts)} if status.questions.conflicts else {}),
        **({"pairs": [one.document() for one in status.questions.pairs]} if status.questions.pairs else {}),
        "stops": [of_stop(stop) for stop in status.stops],
        "limits": [of_pace(pace) for pace in status.paces],
        **({"orgs": [of_day_count(count) for count in status.day_counts]} if status.day_counts else {}),
        "dead_letters_without_destination": status.lost_letters,
        **({"unknown_emails": asdict(status.emails)} if status.emails else {}),
        **({"unknown_hook_types": status.unknown_types} if status.unknown_types else {}),
    }


def of_server(server: Server) -> dict[str, Any]:
    """Return the memory and the files of the Redis server."""
    return {
        "used_bytes": server.used,
        "maxmemory_bytes": server.limit or None,
        "machine_bytes": server.machine or None,
        "full": server.full,
        "writes": not server.unwritten,
        "append_only_file": server.keeps,
        "replica": server.replica,
    }


def of_line(line: DestinationStatus) -> dict[str, Any]:
    """Return one destination."""
    backlog = line.backlog
    return {
        "name": line.name,
        **label_fields(line.label, line.description),
        "audience": line.audience,
        **({"journey": line.audience} if line.journey else {}),
        "connector": line.connector,
        "action": line.action,
        "state": line.state,
        "rows_waiting": backlog.waiting,
        "rows_in_flight": backlog.in_flight,
        "lanes": backlog.lanes,
        "oldest_seconds": rounded(backlog.oldest),
        "due_seconds": rounded(None if line.stops else backlog.due),
        "batches_in_flight": backlog.flying,
        "batches_to_try_again": backlog.again,
        "batches_unanswered": backlog.unanswered,
        "dead_letters": line.dead_letters,
        **({"values_left_out": dict(line.left_out)} if line.left_out else {}),
        "drain_seconds": rounded(line.drain),
    }


def of_stop(stop: Stop) -> dict[str, Any]:
    """Return one hold, pause or disabled connector."""
    since = stop.since.isoformat() if stop.since else None
    fields = asdict(stop)
    label = fields.pop("label")
    return {**fields, "since": since, **label_fields(label, None)}


def of_pace(pace: Pace) -> dict[str, Any]:
    """Return the limits of one function; calls are per minute."""
    capacity = pace.capacity
    return {
        "connector": pace.connector,
        "account": pace.account,
        "function": pace.function,
        "allowance": pace.allowance,
        "source": pace.source,
        "most_calls": pace.most,
        "calls_now": pace.now,
        "calls_last_minute": pace.made,
        "paused_seconds": rounded(pace.paused),
        "capacity": capacity and {**asdict(capacity), "probe": rounded(capacity.probe)},
    }


def of_day_count(count: DayCount) -> dict[str, Any]:
    """Return the calls of an account that counts by 24 hours, and our part of them by the hour."""
    return {
        "connector": count.connector.name,
        "account": count.connector.account,
        "used_calls": count.use.used,
        "most_calls": count.use.most,
        "share": count.connector.share,
        "ceiling": count.connector.ceiling,
        "above_ceiling": count.is_above_ceiling,
        "calls_per_hour": count.pace.most,
        "calls_last_hour": count.made,
        "drain_seconds": rounded(count.drain),
        "version_ends": count.version_ends,
    }


def rounded(seconds: float | None) -> float | None:
    """Keep milliseconds."""
    return None if seconds is None else round(seconds, 3)
