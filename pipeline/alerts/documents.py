"""Documents of alerts for commands, the API and the console: open alerts, and rules with their states."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from pipeline.alerts.rules import subjects_of
from pipeline.alerts.state import OPEN, AlertState
from pipeline.alerts.states import read_states
from pipeline.records.catalog import Catalog
from pipeline.records.documents import Document
from pipeline.text.times import rfc3339


def states_by_rule(engine: Engine, catalog: Catalog) -> dict[str, list[dict[str, Any]]]:
    """Return the states of all subjects of each rule, as ``GET /v1/alerts`` has them."""
    stored = read_states(engine)
    return {
        name: [
            state_document(stored.get(name, {}).get(subject), subject.document())
            for subject in sorted({*subjects_of(rule, catalog), *stored.get(name, {})})
        ]
        for name, rule in catalog.alert_rules.items()
    }


def state_document(state: AlertState | None, subject: Mapping[str, str]) -> dict[str, Any]:
    """Return one state; None: its condition never held."""
    if state is None:
        return {"subject": subject, "state": "ok", "since": None, "value": None, "text": ""}
    return {
        "subject": subject,
        "state": state.state,
        "since": rfc3339(state.since),
        "value": state.value,
        "text": state.text,
    }


def alerts_document(
    engine: Engine, catalog: Catalog, exported: Mapping[str, Document]
) -> dict[str, list[dict[str, Any]]]:
    """Return all rules with their states; ``exported``: the section ``alerts`` of the export."""
    states = states_by_rule(engine, catalog)
    return {
        "alerts": [
            {"name": name, "document": document, "stops": [], "states": states.get(name, [])}
            for name, document in exported.items()
        ]
    }


def open_alerts(engine: Engine) -> list[dict[str, Any]]:
    """Return the alerts that are open or clearing, critical ones first, then by age."""
    states = [state for states in read_states(engine).values() for state in states.values()]
    open_states = [state for state in states if state.state in OPEN]
    open_states.sort(key=lambda state: (state.severity, state.since, state.alert))
    return [
        {
            "rule": state.rule,
            "kind": state.kind,
            "severity": state.severity,
            "subject": state.subject.document(),
            "state": state.state,
            "since": rfc3339(state.since),
            "value": state.value,
            "above": state.above,
            "text": state.text,
            "way_out": state.way_out,
            "path": state.path,
        }
        for state in open_states
    ]


def open_by_rule(engine: Engine, catalog: Catalog) -> dict[tuple[str, str], int]:
    """Count open alerts by rule and severity; 0 for a rule without one."""
    counts = {(name, rule.severity): 0 for name, rule in catalog.alert_rules.items()}
    for name, states in read_states(engine).items():
        for state in states.values():
            if state.state in OPEN:
                counts[name, state.severity] = counts.get((name, state.severity), 0) + 1
    return counts
