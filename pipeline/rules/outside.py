"""The outside of rules: answers of Responsys about programmes and people, and wishes of people."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import Connection

from pipeline.model.rule import Rule
from pipeline.model.source_record import SourceRecord

Columns = Mapping[str, str | None]


class Outside(Protocol):
    """Answers for the rules of a source. ``look`` and ``columns`` may call; ``stopped`` never does."""

    def look(self, rules: Sequence[Rule]) -> None:
        """Ask whether the programmes of some rules run, if that was not asked for a while."""

    def stopped(self, rule: Rule) -> str:
        """Return the programme of a rule that does not run, "" if all do or nothing is known of it."""

    def columns(self, rule: Rule, records: Sequence[SourceRecord]) -> Mapping[str, Columns]:
        """Return the columns of `only_if` by the ids of records; one that could not be read is missing."""


class Wishes(Protocol):
    """Tells which people do not wish to be written to."""

    def out(self, connection: Connection, rule: Rule, records: Sequence[SourceRecord]) -> Mapping[str, str]:
        """Return channels by record id, for people that are out of a channel which the rule honours."""


class NoWishes:
    """The wishes of people where there are no consents."""

    def out(
        self, _connection: Connection, _rule: Rule, _records: Sequence[SourceRecord]
    ) -> Mapping[str, str]:
        """Return no record."""
        return {}


class NothingOutside:
    """The outside of rules that ask for nothing there."""

    def look(self, rules: Sequence[Rule]) -> None:
        """Ask nothing."""

    def stopped(self, _rule: Rule) -> str:
        """Know of no programme."""
        return ""

    def columns(self, _rule: Rule, _records: Sequence[SourceRecord]) -> Mapping[str, Columns]:
        """Read nothing."""
        return {}
