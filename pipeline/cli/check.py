"""``activation check``: whether each account answers, and has all that the records name."""

import dataclasses
import json
from collections.abc import Iterable, Mapping

import click

from pipeline.errors import Misconfigured
from pipeline.model.connector import Connector
from pipeline.model.finding import Finding
from pipeline.operate.checking import check_connector
from pipeline.records.catalog import Catalog
from pipeline.runtime.stores import open_stores
from pipeline.text.labels import label_fields
from pipeline.text.messages import unknown


@click.command()
@click.argument("connector", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.pass_context
def check(context: click.Context, connector: str | None, *, as_json: bool) -> None:
    """Look whether the accounts have what the configuration names.

    Logs in as CONNECTOR (all that are enabled when omitted), then looks for all that the connector and its
    destinations, sources and imports name, and for its limits. Changes nothing there.
    """
    with open_stores() as stores:
        catalog = stores.records.load()
        found = {
            each.name: check_connector(stores, catalog, each)
            for each in chosen_connectors(catalog, connector)
        }
    click.echo(as_document(found, catalog) if as_json else as_text(found, catalog))
    context.exit(0 if all_well(found) else 2)


def chosen_connectors(catalog: Catalog, name: str | None) -> list[Connector]:
    """Return the connector of that name, or all that are enabled."""
    if name is None:
        enabled = [connector for _, connector in sorted(catalog.connectors.items()) if connector.enabled]
        if not enabled:
            raise Misconfigured("there is no enabled connector: bring one in with `activation apply FILE`")
        return enabled
    if name not in catalog.connectors:
        raise Misconfigured(unknown("connector", name, catalog.connectors))
    return [catalog.connectors[name]]


def all_well(found: Mapping[str, Iterable[Finding]]) -> bool:
    """Whether nothing is amiss."""
    return all(finding.ok for findings in found.values() for finding in findings)


def as_text(found: Mapping[str, Iterable[Finding]], catalog: Catalog) -> str:
    """Print the findings for a person."""
    lines: list[str] = []
    for name, findings in found.items():
        connector = catalog.connectors[name]
        lines.append(connector.subject)
        lines += [f"  {connector.description}"] if connector.description else []
        lines.extend(f"  {mark_of(finding)} {finding.text}" for finding in findings)
    return "\n".join(lines)


def mark_of(finding: Finding) -> str:
    """Tick or cross."""
    return click.style("✓", fg="green") if finding.ok else click.style("✗", fg="red")


def as_document(found: Mapping[str, Iterable[Finding]], catalog: Catalog) -> str:
    """Print the findings for a program."""
    connectors = {
        name: {
            "ok": all_well({name: findings}),
            **label_fields(catalog.connectors[name].label, catalog.connectors[name].description),
            "findings": [dataclasses.asdict(finding) for finding in findings],
        }
        for name, findings in found.items()
    }
    return json.dumps({"ok": all_well(found), "connectors": connectors}, indent=2, ensure_ascii=False)
