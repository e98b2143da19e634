"""The outside of rules: programmes and columns of the accounts that their audiences end in."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import CallError
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.model.rule import Rule
from pipeline.model.source_record import SourceRecord
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.rules.outside import Columns
from pipeline.runtime.member_columns import MemberColumns

ASK_AGAIN = 600.0  # seconds between two looks at a programme

# Whether programmes run, with the time of the look, by account and name.
Programs = dict[tuple[str, str], tuple[float, bool | None]]


@dataclass
class AccountsOutside:
    """Looks into accounts; ``asking`` gives a way to send calls by a connector, each with a permit."""

    catalog: Catalog
    asking: Callable[[Connector], Callable[..., Any]]
    programs: Programs = field(default_factory=dict)  # shared by runs
    clock: Callable[[], float] = time.monotonic

    def look(self, rules: Sequence[Rule]) -> None:
        """Ask whether the programmes of some rules run, if that was not asked for ten minutes."""
        for rule in rules:
            for connector, name in self._programs_of(rule):
                seen = self.programs.get((connector.account, name))
                look = kind_of(connector).program_runs
                if look is None or (seen is not None and self.clock() - seen[0] < ASK_AGAIN):
                    continue
                self.programs[connector.account, name] = (self.clock(), look(self.asking(connector), name))

    def stopped(self, rule: Rule) -> str:
        """Return the programme of a rule that does not run, "" if all do or nothing is known of it."""
        for connector, name in self._programs_of(rule):
            if self.programs.get((connector.account, name), (0.0, None))[1] is False:
                return name
        return ""

    def columns(self, rule: Rule, records: Sequence[SourceRecord]) -> Mapping[str, Columns]:
        """Return the columns of `only_if` by the ids of records: a call for those of RIID or address each.

        A person that is not in the list has none of them. Records that could not be asked for are missing.
        """
        readers = (MemberColumns.of(one, self.asking(one)) for _, one in self._connectors_of(rule))
        members = next((reader for reader in readers if reader), None)
        if members is None:
            return {}
        found: dict[str, Columns] = {}
        for identifier in ("riid", "email"):
            own = {one.id: value for one in records if (value := named(one, identifier))}
            if not own:
                continue
            try:
                told = members.read(identifier, list(dict.fromkeys(own.values())), list(rule.only_if))
            except CallError:
                continue
            found |= {record: told[value] for record, value in own.items()}
        return found

    def _connectors_of(self, rule: Rule) -> list[tuple[Destination, Connector]]:
        destinations = self.catalog.for_audience(rule.audience)
        return [(one, self.catalog.connectors[one.connector]) for one in destinations]

    def _programs_of(self, rule: Rule) -> list[tuple[Connector, str]]:
        return [
            (connector, str(name))
            for destination, connector in self._connectors_of(rule)
            if (name := destination.options.get("program"))
        ]


def named(record: SourceRecord, identifier: str) -> str:
    """Return the RIID of a record, or the address of one without; "" otherwise."""
    riid = record.riid.strip()
    if identifier == "riid":
        return riid
    return "" if riid else record.email.strip().lower()
