"""Troubles: faults and delays, each with the way out of it."""

from itertools import chain

from pipeline.operate.status.destination_troubles import (
    nothing_set_up,
    of_consents,
    of_left_out,
    of_letters,
    of_line,
    of_stops,
    of_untold,
)
from pipeline.operate.status.outside_troubles import (
    of_channels,
    of_crowds,
    of_day_counts,
    of_imports,
    of_once,
    of_pace,
    of_schemas,
    of_webhooks,
    one_per_account,
)
from pipeline.operate.status.question_troubles import of_conflicts, of_pairs
from pipeline.operate.status.status import Status
from pipeline.operate.status.store_troubles import of_emptied, of_server, of_sql
from pipeline.operate.status.trouble import Trouble
from pipeline.operate.status.worker_troubles import of_duties, of_intake, of_messages, of_workers


def troubles(status: Status) -> list[Trouble]:
    """Return all troubles, those that need a person first."""
    all_troubles = [*of_server(status), *of_emptied(status), *of_sql(status), *nothing_set_up(status)]
    all_troubles += [*of_duties(status), *of_workers(status), *of_intake(status), *of_messages(status)]
    all_troubles += of_stops(status)
    of_limits = (of_pace(pace, status.catalog) for pace in one_per_account(status.paces))
    all_troubles += dict.fromkeys(chain.from_iterable(of_limits))  # capacity is that of all functions
    all_troubles += of_day_counts(status)
    all_troubles += [trouble for line in status.destinations for trouble in of_line(status, line)]
    all_troubles += [trouble for line in status.destinations for trouble in of_left_out(line)]
    all_troubles += [*of_schemas(status), *of_consents(status), *of_untold(status)]
    all_troubles += [*of_conflicts(status), *of_pairs(status)]
    all_troubles += [*of_letters(status), *of_channels(status), *of_imports(status), *of_crowds(status)]
    all_troubles += [*of_webhooks(status), *of_once(status)]
    return sorted(all_troubles, key=lambda trouble: trouble.passing)
