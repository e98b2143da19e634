"""``activation alerts``: the rules of alerts, with their states now."""

import json
from collections.abc import Iterator
from typing import Any

import click

from pipeline.alerts.documents import alerts_document
from pipeline.cli.lazy_group import Group
from pipeline.cli.reading import records_to_read
from pipeline.cli.tables import show
from pipeline.model.alert_rule import AlertRule
from pipeline.runtime.stores import open_stores
from pipeline.text.times import to_the_second


@click.group(cls=Group)
def alerts() -> None:
    """Rules of alerts, and what is open."""


@alerts.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_alerts(*, as_json: bool) -> None:
    """Show all rules with the states of what they are on."""
    with open_stores() as stores:
        records = records_to_read(stores)
        found = alerts_document(stores.engine, records.load(), records.export()["alerts"])
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif found["alerts"]:
        headers = ("RULE", "SEVERITY", "STATE", "SUBJECT", "SINCE", "TEXT")
        show(headers, [row for rule in found["alerts"] for row in rows_of(rule)])
    else:
        click.echo("There are no rules: add [alerts.NAME] to a file and `activation apply` it.")


def rows_of(rule: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    """Yield a row for each state of a rule that is not ok; one row for a rule without any."""
    name, document = rule["name"], rule["document"]
    severity = document.get("severity", AlertRule.severity)
    states = [state for state in rule["states"] if state["state"] != "ok"]
    for state in states:
        subject = " ".join(dict.fromkeys(state["subject"].values()))
        yield name, severity, state["state"], subject, to_the_second(state["since"]), state["text"]
    if not states:
        yield (
            name,
            severity,
            "ok" if document.get("enabled", AlertRule.enabled) else "disabled",
            None,
            None,
            None,
        )
