"""Agreement of records: each names only records that are there, of a kind that fits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pipeline.errors import Misconfigured
from pipeline.records.changes import Changes
from pipeline.records.circle_agreement import circles
from pipeline.records.consent_agreement import consents_that_differ, wishes_without_consent
from pipeline.records.documents import Documents, singular
from pipeline.records.import_agreement import (
    fields_of_renamed_columns,
    imports_that_differ,
    imports_without_files,
    sends_nothing,
)
from pipeline.records.kinds import KINDS
from pipeline.records.mapping_agreement import MAPPING_CHECKS
from pipeline.records.pair_agreement import pairs_that_differ
from pipeline.records.rule_agreement import rules_that_differ
from pipeline.records.source_agreement import sources_without_connector, unknown_types
from pipeline.records.source_users import lost_sources
from schemas.configuration_fields import not_there


def refuse(stored: Documents, wanted: Documents, changes: Changes) -> None:
    """Raise Misconfigured if records would not agree after ``changes``; all problems at once."""
    after = {section: remaining(section, stored, wanted, changes) for section in stored}
    new_rules = {*changes.alerts.created, *changes.alerts.updated}
    checks: tuple[Callable[[Documents], Iterator[str]], ...] = (
        dangling,
        foreign_actions,
        leads_without_key,
        imports_without_files,
        imports_that_differ,
        fields_of_renamed_columns,
        sources_without_connector,
        unknown_types,
        lost_channels,
        *MAPPING_CHECKS,
        lost_sources,
        rules_that_differ,
        pairs_that_differ,
        consents_that_differ,
        wishes_without_consent,
        circles,
        partial(unknown_subjects, names=new_rules),
    )
    if problems := problems_of(after, checks):
        raise Misconfigured("\n".join(problems))


def problems_of(after: Documents, checks: Sequence[Callable[[Documents], Iterator[str]]]) -> list[str]:
    """Return the problems that any check finds, each once."""
    found: list[str] = []
    for check in checks:
        try:
            found += check(after)
        except KeyError:
            if not found:  # otherwise it is the record that a problem says is not there
                raise
    return list(dict.fromkeys(found))


def kinds_that_differ(documents: Documents) -> list[str]:
    """Return a problem for each action and source of another kind than its connector's, if that is there."""
    connectors = {
        name: one for name, one in documents.get("connectors", {}).items() if one.get("kind") in KINDS
    }
    actions = {action for kind in KINDS.values() for action in kind.actions}
    sources = {source for kind in KINDS.values() for source in kind.sources}
    known: dict[str, dict[str, Any]] = {"connectors": connectors}
    for section, key, values in (("destinations", "action", actions), ("sources", "kind", sources)):
        own = documents.get(section, {}).items()
        fitting = [(n, one) for n, one in own if one.get("connector") in connectors]
        known[section] = {n: one for n, one in fitting if one.get(key) in values}
    return [*foreign_actions(known), *sources_without_connector(known)]


def remaining(
    section: str, stored: Documents, wanted: Documents, changes: Changes
) -> dict[str, Mapping[str, Any]]:
    """Return the records of a section as they would be, by name."""
    records = {**stored[section], **wanted[section]}
    removed = getattr(changes, section).removed
    return {name: document for name, document in sorted(records.items()) if name not in removed}


def dangling(after: Documents) -> Iterator[str]:
    """Yield a problem for each destination without its connector."""
    for name, document in after["destinations"].items():
        if document["connector"] not in after["connectors"]:
            yield f'destinations.{name}.connector: there would be no connector "{document["connector"]}"'


def foreign_actions(after: Documents) -> Iterator[str]:
    """Yield a problem for each destination with an action that its connector's kind does not have."""
    for name, document in after["destinations"].items():
        connector, action = document["connector"], document["action"]
        kind = after["connectors"][connector]["kind"]
        actions = KINDS[kind].actions
        if not actions:
            yield f"destinations.{name}.connector: {sends_nothing(connector, kind)}"
        elif action not in actions:
            why = not_there(action, f'an action of connector "{connector}"', actions)
            yield f"destinations.{name}.action: {why}"


def leads_without_key(after: Documents) -> Iterator[str]:
    """Yield a problem for each destination that creates leads without a field to know them by."""
    for name, document in after["destinations"].items():
        connector = document["connector"]
        if document.get("create") == "Lead" and not after["connectors"][connector].get("riid_field"):
            yield f'destinations.{name}.create: connector "{connector}" has no riid_field to upsert leads by'


def lost_channels(after: Documents) -> Iterator[str]:
    """Yield a problem for each channel that a rule of alerts names and that is not there."""
    for name, document in after["alerts"].items():
        for channel in document["channels"]:
            if channel not in after["channels"]:
                yield f"alerts.{name}.channels: {not_there(channel, 'a channel', after['channels'])}"


def unknown_subjects(after: Documents, names: set[str]) -> Iterator[str]:
    """Yield a problem for each connector or destination that one of these rules is on, and that is not there.

    A rule that was stored earlier stays when its destination is removed.
    """
    for name in sorted(names):
        for section in ("connectors", "destinations"):
            scope = singular(section)
            subject = after["alerts"][name].get(scope)
            if subject is not None and subject not in after[section]:
                yield f"alerts.{name}.{scope}: {not_there(subject, f'a {scope}', after[section])}"


def users_of_connector(section: str, connector: str, documents: Documents) -> list[str]:
    """Name the records of a section that use a connector."""
    return [name for name, one in documents[section].items() if one.get("connector") == connector]


def rules_that_name(channel: str, rules: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Name the rules of alerts that tell a channel."""
    return sorted(name for name, document in rules.items() if channel in document["channels"])
