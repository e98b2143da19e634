"""Send a campaign's e-mail: merge-trigger, one call that finds or adds people and sends to them.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-email-post.htm
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.model.destination import Destination
from pipeline.model.email_call import EmailCall
from pipeline.responsys import mapped
from pipeline.responsys.actions.audience_export.column import Column, carried
from pipeline.responsys.actions.audience_export.entries import Entries
from pipeline.responsys.actions.audience_export.extension_table import ExtensionTable
from pipeline.responsys.actions.audience_export.keys import Key
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.errors import SETUP_CODES
from pipeline.responsys.identifiers import hash_email
from pipeline.responsys.merge_rule import merge_rule
from pipeline.responsys.names import path
from pipeline.responsys.needs import Campaign, Need, NeededExtensionTable
from pipeline.responsys.quoted_values import naming
from pipeline.responsys.results import read_results
from pipeline.text.recipients import recipient_hash
from schemas.spans import seconds_in

ADDRESS = "EMAIL_ADDRESS_"
SETTLE_WITHIN = "24h"  # of records that were stored before the option came


class CampaignEmail(Action):
    """One e-mail per row, with its fields as the template's variables."""

    connector: ResponsysConnector
    name = "campaign_email"
    coalesces = False
    irrevocable = True
    sends_email = True
    functions = (
        "mergeTriggerEmail",
        "mergeProfileExtensionMembers",
        "retrieveProfileExtensions",
        "createProfileExtension",
    )

    def __init__(self, connector: ResponsysConnector, destination: Destination) -> None:
        super().__init__(connector, destination)
        self._address = Key(destination.options["email_field"], ADDRESS)
        self._table = fields_table(connector, destination.options)
        self._settle_within = seconds_in(destination.options.get("settle_within", SETTLE_WITHIN))

    def problem(self, row: Activation) -> str | None:
        """Look for a missing address, and for one that would have the whole call refused."""
        return self._address.problem(row)

    def recipient(self, row: Activation) -> str:
        """Return a hash of the address, in any case."""
        return recipient_hash(self._address.value(row).lower())

    def email_of(self, row: Activation) -> EmailCall | None:
        """Name the campaign and the address, which an option may have changed meanwhile."""
        if self.problem(row):
            return None
        address = hash_email(self._address.value(row))
        return EmailCall(self.destination.options["campaign"], address, self._settle_within)

    def shape(self, row: Activation) -> str:
        """Name the columns of the fields table; in the e-mail's call every row has its own fields."""
        return " ".join(column.name for column in self._columns(row))

    def attributes(self) -> frozenset[str]:
        """Name the address and the fields."""
        return frozenset({self.destination.options["email_field"], *self.destination.options["fields"]})

    def needs(self) -> tuple[Need, ...]:
        """Name the campaign, and the table of the fields; its columns may be of any type."""
        campaign, table = Campaign(self.destination.options["campaign"]), self._table
        if table is None:
            return (campaign,)
        columns = dict.fromkeys(column.name for column in table.columns)
        folder = self.destination.options.get("table_folder")
        return campaign, NeededExtensionTable(table.name, columns, folder, table.folder)

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        """Send, then write the fields of the rows that were sent; a missing table is found before that.

        The account cannot be asked whether an e-mail was sent, so it is never sent twice; event files tell.
        Success means that the e-mail was handed over, not that it arrived.
        """
        send = Step(
            name="email",
            function="mergeTriggerEmail",
            call=self._call,
            verdicts=read_results,
            repeatable=False,
            setup_codes=SETUP_CODES,
            explain=naming("variable", self._values),
        )
        if self._table is None or not self._columns(rows[0]):
            return (send,)
        entries = Entries("fields, after the e-mail was sent", self._table, self._address)
        return (*self._table.steps(), send, entries.write(self._fields))

    def _columns(self, row: Activation) -> tuple[Column, ...]:
        """Return the columns of the table that a row has values for."""
        return carried(self._table.columns, row) if self._table else ()

    def _fields(self, row: Activation) -> Mapping[str, str | None]:
        return {column.name: column.text(row) for column in self._columns(row)}

    def _call(self, rows: Sequence[Activation]) -> Call:
        """Build the request; the campaign knows its list."""
        return Call(
            function="mergeTriggerEmail",
            path=path("campaigns", self.destination.options["campaign"], "email", api=self.connector.api),
            body={
                "mergeTriggerRecordData": {
                    "fieldNames": [ADDRESS],
                    "mergeTriggerRecords": [
                        {"fieldValues": [self._address.value(row)], "optionalData": self._variables(row)}
                        for row in rows
                    ],
                },
                "mergeRule": self._merge_rule(),
            },
        )

    def _variables(self, row: Activation) -> list[dict[str, str | None]]:
        """Return those of the template's variables that a row carries."""
        return [
            {"name": name, "value": mapped.text(row, source)}
            for source, name in self.destination.options["fields"].items()
            if mapped.carries(row, source)
        ]

    def _values(self, row: Activation) -> Iterator[tuple[str, str | None]]:
        yield ADDRESS, self._address.given(row)
        for variable in self._variables(row):
            yield str(variable["name"]), variable["value"]

    def _merge_rule(self) -> dict[str, Any]:
        """Return how people are found and added; only the address is sent, and a member stays as it is."""
        options = self.destination.options
        return merge_rule(
            insert=options["insert_on_no_match"],
            update="NO_UPDATE",
            match=[ADDRESS],
            new_members=options.get("new_members"),
        )


def fields_table(connector: ResponsysConnector, options: Mapping[str, Any]) -> ExtensionTable | None:
    """Return the table that keeps the fields as well; None if the options name none."""
    if not options.get("fields_table"):
        return None
    folder = options.get("table_folder") or connector.list_folder
    columns = (Column(source, name.upper(), "STR500") for source, name in options["fields"].items())
    ordered = tuple(sorted(columns, key=lambda column: column.name))
    return ExtensionTable(connector, options["fields_table"], folder, ordered)
