"""Send a campaign's e-mail: merge-trigger, one call that finds or adds people and sends to them.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-email-post.htm
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.model.action import Action, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.responsys import mapped
from pipeline.responsys.actions.audience_export.column import Column, carried
from pipeline.responsys.actions.audience_export.entries import Entries
from pipeline.responsys.actions.audience_export.keys import Key
from pipeline.responsys.actions.audience_export.table import Table
from pipeline.responsys.actions.plans import Plans
from pipeline.responsys.names import path
from pipeline.responsys.needs import Campaign, ExtensionTable, Need
from pipeline.responsys.results import read_results

ADDRESS = "EMAIL_ADDRESS_"
STATUS = {"optin": "OPTIN", "optout": "OPTOUT"}


class CampaignEmail(Action):
    """One e-mail per row, with its fields as the template's variables."""

    name = "campaign_email"
    state = False
    functions = (
        "mergeTriggerEmail",
        "mergeProfileExtensionMembers",
        "retrieveProfileExtensions",
        "createProfileExtension",
    )

    def __init__(self) -> None:
        self._mailings = Plans(Mailing.of)

    def problem(self, connector: Connector, destination: Destination, activation: Activation) -> str | None:
        """Look for a missing address, and for one that would have the whole call refused."""
        return self._mailings.of(connector, destination).address.problem(activation)

    def shape(self, connector: Connector, destination: Destination, activation: Activation) -> str:
        """Name the columns of the fields table; in the e-mail's call every row has its own fields."""
        return " ".join(
            column.name for column in self._mailings.of(connector, destination).columns(activation)
        )

    def attributes(self, connector: Connector, destination: Destination) -> frozenset[str]:
        """Name the address and the fields."""
        return frozenset({destination.options["email_field"], *destination.options["fields"]})

    def needs(self, connector: Connector, destination: Destination) -> tuple[Need, ...]:
        """Name the campaign, and the table of the fields, whose columns may be of any type."""
        campaign = Campaign(destination.options["campaign"])
        table = self._mailings.of(connector, destination).table
        if table is None:
            return (campaign,)
        columns = dict.fromkeys(column.name for column in table.columns)
        folder = destination.options.get("table_folder")
        return campaign, ExtensionTable(table.name, columns, folder, table.folder)

    def steps(
        self, connector: Connector, destination: Destination, rows: Sequence[Activation]
    ) -> tuple[Step, ...]:
        """Send, then write the fields of those who were sent to; what the table lacks shows before."""
        mailing = self._mailings.of(connector, destination)
        if mailing.table is None or not mailing.columns(rows[0]):
            return (mailing.send(),)
        return (*mailing.table.steps(), mailing.send(), mailing.keep(mailing.table))


@dataclass(frozen=True)
class Mailing:
    """What a destination sends to whom."""

    connector: Connector
    destination: Destination
    address: Key
    table: Table | None  # where the fields are kept beside

    @classmethod
    def of(cls, connector: Connector, destination: Destination) -> "Mailing":
        """Read the options."""
        options = destination.options
        table = None
        if options.get("fields_table"):
            folder = options.get("table_folder") or connector.list_folder
            columns = (Column(source, name.upper(), "STR500") for source, name in options["fields"].items())
            ordered = tuple(sorted(columns, key=lambda column: column.name))
            table = Table(connector, options["fields_table"], folder, ordered)
        return cls(connector, destination, Key(options["email_field"], ADDRESS), table)

    def columns(self, row: Activation) -> tuple[Column, ...]:
        """Return the columns of the table that a row has values for."""
        return carried(self.table.columns, row) if self.table else ()

    def send(self) -> Step:
        """Return the step that sends; whether somebody was sent to cannot be looked up, so never twice."""
        return Step(
            name="email",
            function="mergeTriggerEmail",
            call=self.call,
            verdicts=email_verdicts,
            repeatable=False,
        )

    def keep(self, table: Table) -> Step:
        """Return the step that writes the fields into the table."""

        def values(row: Activation) -> Mapping[str, str | None]:
            return {column.name: column.text(row) for column in self.columns(row)}

        return Entries("fields, after the e-mail was sent", table, self.address).write(values)

    def call(self, rows: Sequence[Activation]) -> Call:
        """Build the request; the campaign knows its list."""
        return Call(
            function="mergeTriggerEmail",
            path=path("campaigns", self.destination.options["campaign"], "email", api=self.connector.api),
            body={
                "mergeTriggerRecordData": {
                    "fieldNames": [ADDRESS],
                    "mergeTriggerRecords": [
                        {
                            "fieldValues": [self.address.value(row)],
                            "optionalData": self.template_variables(row),
                        }
                        for row in rows
                    ],
                },
                "mergeRule": merge_rule(self.destination.options),
            },
        )

    def template_variables(self, row: Activation) -> list[dict[str, str | None]]:
        """Return those of the template's variables that a row carries."""
        return [
            {"name": name, "value": mapped.text(row, source)}
            for source, name in self.destination.options["fields"].items()
            if mapped.carries(row, source)
        ]


def email_verdicts(rows: Sequence[Activation], answer: Any) -> Verdicts:
    """Read one result per row; success means that the e-mail was handed over, not that it arrived."""
    return read_results(answer, len(rows))


def merge_rule(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return how people are found and added.

    Nothing but the address is sent, and a member who is found stays as he is. Oracle does not say whether
    ``defaultPermissionStatus`` also falls on members who are there; NO_UPDATE keeps it from them.
    """
    return {
        "insertOnNoMatch": options["insert_on_no_match"],
        "updateOnMatch": "NO_UPDATE",
        "matchColumnName1": ADDRESS,
        "matchColumnName2": None,
        "matchOperator": "NONE",
        "optinValue": "I",
        "optoutValue": "O",
        "htmlValue": "H",
        "textValue": "T",
        "rejectRecordIfChannelEmpty": None,  # for the channel that people are found by it is always on
        "defaultPermissionStatus": STATUS[options.get("new_members") or "optout"],
    }
