"""Opening the followers by which consents take part in a source, and their answers to rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.consents.barred import names_of_record, names_that_are_out
from pipeline.consents.carriers import writes_box
from pipeline.consents.consent_follower import ConsentFollower
from pipeline.model.rule import Rule
from pipeline.model.source import SalesforceSource, Source
from pipeline.model.source_record import SourceRecord
from pipeline.records.catalog import Catalog


def consent_followers(catalog: Catalog, source: Source) -> list[ConsentFollower]:
    """Return a follower for each consents record that looks at a source."""
    table = source.object if isinstance(source, SalesforceSource) and not source.of else ""
    connector = getattr(source, "connector", None)
    return [
        ConsentFollower(
            account,
            source.name,
            table,
            [one.name for one in catalog.for_audience(account.audience)],
            [
                one.name
                for one in catalog.for_audience(account.audience)
                if one.connector == connector and writes_box(one)
            ],
        )
        for _, account in sorted(catalog.consents.items())
        if source.name in account.sources
    ]


@dataclass(frozen=True)
class ConsentWishes:
    """The wishes of people, for rules with destinations that honour them."""

    catalog: Catalog

    def out(self, connection: Connection, rule: Rule, records: Sequence[SourceRecord]) -> Mapping[str, str]:
        """Return channels by record id, for records of people that are out; one query for each channel."""
        found: dict[str, str] = {}
        for channel in self._channels_of(rule):
            named = {record.id: names_of_record(record) for record in records}
            every = {name for names in named.values() for name in names}
            out = names_that_are_out(connection, channel, every) if every else set()
            found |= {record: channel for record, names in named.items() if names & out}
        return found

    def _channels_of(self, rule: Rule) -> list[str]:
        consents = self.catalog.consents
        honoured = {one.honour for one in self.catalog.for_audience(rule.audience) if one.honour}
        return sorted({consents[name].channel for name in honoured if name in consents})
