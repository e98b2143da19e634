"""Show what was found: tables for people, JSON for programs."""

import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.finding import Finding, number

Found = dict[str, list[Finding]]
Costs = dict[str, dict[str, float]]

ROAD = ("producer", "redis", "accept")  # the order in which a row meets them


def show(found: Found, costs: Costs, console: Console) -> None:
    """Print everything found."""
    table = Table(title="Measured here, with two cores for all processes", title_justify="left")
    for heading, justify in (
        ("section", "left"),
        ("what", "left"),
        ("value", "right"),
        ("unit", "left"),
        ("aim", "left"),
        ("note", "left"),
    ):
        table.add_column(heading, justify=justify, overflow="fold")
    for section, findings in found.items():
        for position, one in enumerate(findings):
            table.add_row(
                "" if position else section, one.what, number(one.value), one.unit, one.aim, one.note
            )
        table.add_section()
    console.print(table)
    if costs:
        console.print(cost_table(costs))


def cost_table(costs: Costs) -> Table:
    """Build the table of CPU time."""
    paid = {process for cost in costs.values() for process in cost}
    processes = [*(one for one in ROAD if one in paid), *sorted(paid.difference(ROAD))]
    table = Table(title="Where the time goes: CPU milliseconds per 1,000 rows", title_justify="left")
    for heading in ("", *processes, "sum"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, cost in costs.items():
        cells = [number(cost[process]) if process in cost else "" for process in processes]
        table.add_row(name, *cells, number(sum(cost.values())))
    return table


def save(found: Found, costs: Costs, file: Path) -> None:
    """Write everything found as JSON."""
    sections = {section: [asdict(one) for one in findings] for section, findings in found.items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"sections": sections, "cpu_ms_per_1000_rows": costs}, indent=2) + "\n")
