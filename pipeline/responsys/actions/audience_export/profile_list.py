"""The profile list of a connector: merge people into it.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-members-post.htm
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.model.action import Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.responsys.actions.audience_export.column import Column, carried, columns_of, problems
from pipeline.responsys.actions.audience_export.keys import HASHES, Key
from pipeline.responsys.actions.audience_export.match_keys import MatchKeys
from pipeline.responsys.actions.audience_export.permission import Permission
from pipeline.responsys.actions.audience_export.record_data import record_data
from pipeline.responsys.actions.audience_export.verdicts import absent_is_unchanged, learned_riids, merged
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.errors import SETUP_CODES
from pipeline.responsys.merge_rule import merge_rule
from pipeline.responsys.names import path
from pipeline.responsys.quoted_values import naming

MERGE_FAILED = "MERGEFAILED"
FILLED_BY_RESPONSYS = ("RIID_", *HASHES)  # a merge names these only to match by them


@dataclass(frozen=True)
class ProfileList:
    """The list, and the columns of it that one destination writes."""

    connector: ResponsysConnector
    options: Mapping[str, Any]
    match: MatchKeys
    others: tuple[Key, ...]  # further identifiers that are written to the list
    permission: Permission
    columns: tuple[Column, ...]

    @classmethod
    def of(
        cls, connector: ResponsysConnector, options: Mapping[str, Any], keys: Mapping[str, Key]
    ) -> "ProfileList":
        """Read the options; ``keys`` are those of all identifiers, by their columns."""
        match = MatchKeys.of(options, keys)
        return cls(
            connector=connector,
            options=options,
            match=match,
            others=tuple(
                keys[name] for name in sorted(keys) if name not in (*match.always, *FILLED_BY_RESPONSYS)
            ),
            permission=Permission.of(options),
            columns=columns_of(options["columns"]),
        )

    def sources(self) -> Iterator[str]:
        """Yield the identifiers and variables that fill ``columns`` or the permission."""
        yield from (column.source for column in self.columns)
        if self.permission.source:
            yield self.permission.source

    @property
    def is_status_alone(self) -> bool:
        """Whether only a consent is written, and a member is found by one of several columns.

        Then no member is added, no other identifier is changed, and a member need not be there.
        """
        options = self.options
        more = (options.get(name) for name in ("columns", "fields", "memberships", "insert_on_no_match"))
        return self.permission.is_consent and len(self.match.first) > 1 and not any(more)

    def keys_of(self, row: Activation) -> tuple[Key, ...]:
        """Return the identifiers that are written for a row."""
        match = self.match.keys_of(row)
        if self.is_status_alone:
            return match
        return (*match, *(key for key in self.others if key is not match[0] and key.given(row)))

    def columns_of(self, row: Activation) -> tuple[str, ...]:
        """Name the columns that are written for a row, in the order of ``values``."""
        status = [self.permission.column] if self.permission.carried(row) else []
        written = [column.name for column in carried(self.columns, row)]
        return (*(key.column for key in self.keys_of(row)), *status, *written)

    def problem(self, row: Activation) -> str | None:
        """Say why a row cannot be merged."""
        missing = (key.problem(row) for key in self.keys_of(row))
        return (
            self.match.problem(row)
            or next(filter(None, missing), None)
            or self.permission.problem(row)
            or next(problems(self.columns, row), None)
        )

    def contested_address(self, row: Activation, code: str) -> str | None:
        """Return the address that a merge by RIID did not take; Oracle documents no code of the cause."""
        if code != MERGE_FAILED or self.match.keys_of(row)[0].column != "RIID_":
            return None
        written = (key.given(row) for key in self.keys_of(row) if key.column == "EMAIL_ADDRESS_")
        return next(written, None)

    def merge(self) -> Step:
        """Return the step that inserts and updates members."""
        return Step(
            name="merge",
            function="mergeListMembers",
            call=self._call,
            verdicts=self._verdicts,
            setup_codes=SETUP_CODES,
            explain=naming("column", self._values),
            learn=learned_riids,
        )

    def _verdicts(self, rows: Sequence[Activation], answer: Any) -> Verdicts:
        verdicts = merged(self.match.keys_of(rows[0]), rows, answer)
        return [absent_is_unchanged(why) for why in verdicts] if self.is_status_alone else verdicts

    def _call(self, rows: Sequence[Activation]) -> Call:
        return Call(
            function="mergeListMembers",
            path=path("lists", self.connector.profile_list, "members", api=self.connector.api),
            body={
                "recordData": record_data([dict(self._values(row)) for row in rows]),
                "mergeRule": self._merge_rule(self.match.keys_of(rows[0])),
            },
        )

    def _values(self, row: Activation) -> Iterator[tuple[str, str | None]]:
        for key in self.keys_of(row):
            yield key.column, key.value(row)
        if self.permission.carried(row):
            yield self.permission.column, self.permission.letter(row)
        for column in carried(self.columns, row):
            yield column.name, column.text(row)

    def _merge_rule(self, match: Sequence[Key]) -> dict[str, Any]:
        options = self.options
        may_insert = all(key.column not in FILLED_BY_RESPONSYS for key in match)
        return merge_rule(
            insert=options["insert_on_no_match"] and may_insert,
            update=options["update_on_match"],
            match=[key.column for key in match],
            new_members=options.get("new_members"),
        )
