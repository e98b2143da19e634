"""Troubles outside: of accounts, channels of alerts, and imports."""

from collections.abc import Iterator

from pipeline.lanes.pace import Pace
from pipeline.operate.crowds import crowd_notes
from pipeline.operate.status.status import Status
from pipeline.operate.status.trouble import Trouble
from pipeline.records.catalog import Catalog
from pipeline.records.stops import record_handle
from pipeline.text.durations import spell
from pipeline.text.labels import labelled
from pipeline.text.plural import counted


def one_per_account(paces: tuple[Pace, ...]) -> list[Pace]:
    """Return one pace for each account and function: connectors of one account share its limits."""
    return list({(pace.account, pace.function): pace for pace in reversed(paces)}.values())[::-1]


def of_pace(pace: Pace, catalog: Catalog) -> Iterator[Trouble]:
    """Say that an account is asked to wait."""
    subject = catalog.connectors[pace.connector].subject
    if pace.capacity:
        text = f"{subject}: the account's capacity is exhausted, as {pace.system} says"
        if pace.capacity.probing:
            yield Trouble(f"{text}; one call is trying now", "it goes on by itself", passing=True)
        else:
            after = (
                f"after {spell(pace.capacity.probe)}" if pace.capacity.probe else "as soon as rows are due"
            )
            yield Trouble(f"{text}; one call will try {after}", "it goes on by itself", passing=True)
    if pace.paused:
        text = f"{subject}: {pace.system} refused {pace.function} for its limit"
        resume = f"`activation resume {record_handle(catalog, 'connector', pace.connector)}`"
        at_once = f"; at once, when there are calls again: {resume}" if pace.use else ""
        way_out = f"it goes on by itself{at_once}"
        yield Trouble(f"{text}; paused for another {spell(pace.paused)}", way_out, passing=True)


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


def of_schemas(status: Status) -> Iterator[Trouble]:
    """Name the findings of the daily comparison by which rows will fail."""
    for name, problems in status.schema_problems.items():
        subject = status.catalog.connectors[name].subject
        for text in problems:
            yield Trouble(
                f"{subject}: {text}",
                f"put it right, then `activation check {name}`",
                record=("connector", name),
            )


def of_webhooks(status: Status) -> Iterator[Trouble]:
    """Say that webhooks told events of types that are not known."""
    for name, amounts in status.unknown_types.items():
        connector = status.catalog.connectors.get(name)
        subject = connector.subject if connector else f'connector "{name}"'
        words = ", ".join(f"{word} ({amount:,})" for word, amount in sorted(amounts.items()))
        text = f"{subject}: webhooks told events of unknown types within a day: {words}"
        yield Trouble(
            text,
            "they are kept under their own name; unsubscribe them if no rule is to see them",
            passing=True,
        )


def of_channels(status: Status) -> Iterator[Trouble]:
    """Say that a channel does not take messages about alerts."""
    for name, reason in sorted(status.failing_channels.items()):
        text = f'channel "{name}" is failing: a message about an alert was given up ({reason})'
        yield Trouble(text, f"mend it, then `activation channels test {name}`", record=("channel", name))


def of_imports(status: Status) -> Iterator[Trouble]:
    """Say that an import fails, that its files are late, or that some failed."""
    for one in status.imports:
        subject, record = labelled(f'import "{one.name}"', one.record.label), ("import", one.name)
        if one.run.error and not one.is_stopped:
            since = one.run.failing_since
            lasts = f" for {spell((status.at - since).total_seconds())}" if since else ""
            text = f"{subject} has failed{lasts}: {one.run.error}"
            way_out = "put it right; its schedule tries again, after ten hours no more"
            yield Trouble(text, way_out, record=record)
        if (late := one.late_by(status.at)) is not None:
            text = f"{subject} has had no new file for {spell(late.total_seconds())}"
            way_out = "see whether Responsys' export job runs, and `activation check`"
            yield Trouble(text, way_out, record=record)
        if failed := one.files.get("failed", 0):
            text = f"{subject}: {counted(failed, 'file')} failed"
            way_out = f"`activation imports files {one.name} --state failed`, then retry or ignore"
            yield Trouble(text, way_out, record=record)


def of_crowds(status: Status) -> Iterator[Trouble]:
    """Say that people have too many RIIDs."""
    for text, way_out in crowd_notes(status.imports):
        yield Trouble(text, way_out, passing=True)


def of_once(status: Status) -> Iterator[Trouble]:
    """Say that a rule lets people enter once by a column that no event has."""
    for rule, column in (pair for one in status.streams for pair in one.unknown_columns):
        text = f'rule "{rule}": no stored event has the column "{column}" of `once`'
        way_out = "correct it, if it is misspelled, and `activation apply`"
        yield Trouble(text, way_out, passing=True, record=("rule", rule))
