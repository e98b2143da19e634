"""Text of ``activation sync``: numbers, examples and concerns of a snapshot."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import click
from sqlalchemy import Engine

from pipeline.cli.dry_run_text import NOTHING_SENT, destination_document, print_calls
from pipeline.cli.guards import CONFIRM, options_for
from pipeline.cli.tables import show
from pipeline.deliver.expected import Expected
from pipeline.produce.report import Messages
from pipeline.records.catalog import Catalog
from pipeline.records.shown_names import ShownNames
from pipeline.snapshots import difference
from pipeline.snapshots.parts import Part
from pipeline.snapshots.rehearsal import rehearse
from pipeline.snapshots.sync import Outcome
from pipeline.stores.database import reading
from pipeline.text.escapes import printable
from pipeline.text.messages import flatten
from pipeline.text.plural import counted

SHOWN = 20  # refused lines
EXAMPLES = 3  # profiles of each kind
LOOKED_AT = 1_000  # profiles, to find examples among
WHICH = "the latest occurred_at counts, without one the row that is greater as JSON"
KINDS = ("entering", "changed", "leaving")


@dataclass
class SyncText:
    """Collects the lines about one snapshot."""

    dry_run: bool
    names: ShownNames = field(default_factory=ShownNames)
    errors: list[tuple[int, Messages]] = field(default_factory=list)  # the first ones, by line
    examples: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # by destination and kind
    expected: dict[str, Expected] = field(default_factory=dict)  # of a dry run, by destination

    def refuse(self, line: int, messages: Messages) -> None:
        """Note why a line was refused."""
        if len(self.errors) < SHOWN:
            self.errors.append((line, messages))

    def on_part(self, engine: Engine, catalog: Catalog) -> Callable[[Part], None]:
        """Return a callback that finds the calls of a part, and a few of its profiles."""

        def find(part: Part) -> None:
            with reading(engine) as connection:
                arriving = difference.arriving(connection, part, LOOKED_AT)
                leaving = difference.leaving(connection, part, EXAMPLES)
            self.examples[part.destination] = {
                "entering": first_few(row.profile_id for row in arriving if row.enters),
                "changed": first_few(row.profile_id for row in arriving if not row.enters),
                "leaving": first_few(row.profile_id for row in leaving),
            }
            self.expected[part.destination] = rehearse(engine, catalog, part)

        return find

    def show(self, outcome: Outcome, *, as_json: bool) -> None:
        """Print the outcome, for a person or for a program."""
        if as_json:
            click.echo(json.dumps(self.document(outcome), indent=2, ensure_ascii=False))
            return
        self.tell_errors(outcome)
        if outcome.finished:
            amount = sum(part.sent for part in outcome.finished)
            click.echo(f"An earlier run had been interrupted; it is complete now ({amount:,} sent).")
        found = outcome.counts
        click.echo(f"{counted(found.members, 'member')} in {counted(found.lines, 'line')}")
        show(
            ("DESTINATION", "BEFORE", *map(str.upper, KINDS), "TO SEND", "SENT", ""),
            (part_cells(part, self.names) for part in outcome.parts),
        )
        self.tell_examples()
        print_calls(self.expected.values())
        self.tell_concerns(outcome)

    def tell_errors(self, outcome: Outcome) -> None:
        """Say which lines were refused."""
        for line, messages in self.errors:
            click.echo(printable(f"line {line:,}: {'; '.join(flatten(messages))}"), err=True)
        if outcome.counts.refused > SHOWN:
            click.echo(f"and {outcome.counts.refused - SHOWN:,} more", err=True)
        if outcome.counts.refused:
            click.echo("Profiles of refused lines stay what they are.", err=True)
        if amount := outcome.counts.duplicates:
            shown = ", ".join(outcome.counts.duplicated)
            text = f"{counted(amount, 'line')} more for profiles that have one already, such as {shown}"
            click.echo(printable(f"{text}: {WHICH}."), err=True)

    def tell_examples(self) -> None:
        """Name a few profiles."""
        for destination, kinds in self.examples.items():
            for kind, profiles in kinds.items():
                if profiles:
                    click.echo(printable(f"{destination}, {kind}: {', '.join(profiles)}"))

    def tell_concerns(self, outcome: Outcome) -> None:
        """Print the concerns to confirm, and that nothing was sent."""
        if self.dry_run:
            click.echo(NOTHING_SENT, err=True)
        if outcome.sent:
            for concern in outcome.concerns:
                click.echo(f"confirmed ({concern.kind}): {concern.text}", err=True)
            return
        for concern in outcome.concerns:
            click.echo(f"✗ {concern.text}", err=True)
        if outcome.concerns:
            instead = "It would need {options}." if self.dry_run else CONFIRM
            click.echo(instead.format(options=options_for(outcome.concerns)), err=True)

    def exit_code(self, outcome: Outcome) -> int:
        """Return 0 if all is sent, 1 if lines were refused, 2 if a concern stopped the snapshot."""
        if not outcome.sent and not self.dry_run:
            return 2
        return 1 if outcome.counts.refused else 0

    def document(self, outcome: Outcome) -> dict[str, Any]:
        """Return everything for a program."""
        return {
            "audience": outcome.audience,
            "dry_run": self.dry_run,
            "sent": outcome.sent,
            **asdict(outcome.counts),
            "errors": [{"line": line, "messages": messages} for line, messages in self.errors],
            "concerns": [asdict(concern) for concern in outcome.concerns],
            "destinations": {part.destination: self.of_part(part) for part in outcome.parts},
            "finished": {part.destination: part.sent for part in outcome.finished},
        }

    def of_part(self, part: Part) -> dict[str, Any]:
        """Return one destination."""
        numbers = {name: getattr(part, name) for name in ("known", *KINDS)}
        found = {**numbers, "baseline": part.silent, "to_send": part.sends, "sent": part.sent}
        if self.dry_run:
            found["examples"] = self.examples[part.destination]
            found["expected"] = destination_document(self.expected[part.destination])
        return found


def part_cells(part: Part, names: ShownNames) -> tuple[object, ...]:
    """Return the cells of one destination."""
    name = names.destination(part.destination)
    note = "a baseline: nothing is sent" if part.silent else ""
    numbers = (part.known, part.entering, part.changed, part.leaving)
    return name, *numbers, part.sends, part.sent, note


def first_few(profiles: Any) -> list[str]:
    """Return the first ``EXAMPLES`` profile ids."""
    return list(islice(profiles, EXAMPLES))
