"""Send a campaign's e-mail: merge-trigger, one call that finds or adds people and sends to them.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-email-post.htm
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pipeline.activation import Activation
from pipeline.call import Call
from pipeline.connector import Connector
from pipeline.destination import Destination
from pipeline.responsys import mapped
from pipeline.responsys.actions.action import Action, Step, Verdicts
from pipeline.responsys.addresses import is_address
from pipeline.responsys.names import path
from pipeline.responsys.results import read_results

ADDRESS = "EMAIL_ADDRESS_"
STATUS = {"optin": "OPTIN", "optout": "OPTOUT"}


class CampaignEmail(Action):
    """One e-mail per row, with its fields as the template's variables."""

    name = "campaign_email"
    state = False
    functions = ("mergeTriggerEmail",)

    def problem(self, connector: Connector, destination: Destination, activation: Activation) -> str | None:
        """Look for a missing address, and for one that would have the whole call refused."""
        field = destination.options["email_field"]
        address = mapped.text(activation, field)
        if not address or address.isspace():
            return f'identifier or variable "{field}" is missing'
        return None if is_address(address.strip()) else f'"{field}" is not an e-mail address that can be sent to'

    def steps(
        self, connector: Connector, destination: Destination, rows: Sequence[Activation]
    ) -> tuple[Step, ...]:
        """Send; whether somebody was sent to cannot be looked up, so never twice."""
        return (
            Step(
                name="email",
                function="mergeTriggerEmail",
                call=partial(email_call, connector, destination),
                verdicts=email_verdicts,
                repeatable=False,
            ),
        )


def email_call(connector: Connector, destination: Destination, rows: Sequence[Activation]) -> Call:
    """Build the request; the campaign knows its list."""
    options = destination.options
    return Call(
        function="mergeTriggerEmail",
        path=path("campaigns", options["campaign"], "email", api=connector.api),
        body={
            "mergeTriggerRecordData": {
                "fieldNames": [ADDRESS],
                "mergeTriggerRecords": [
                    {
                        "fieldValues": [address(options, row)],
                        "optionalData": template_variables(options, row),
                    }
                    for row in rows
                ],
            },
            "mergeRule": merge_rule(options),
        },
    )


def email_verdicts(rows: Sequence[Activation], answer: Any) -> Verdicts:
    """Read one result per row; success means that the e-mail was handed over, not that it arrived."""
    return read_results(answer, len(rows))


def address(options: Mapping[str, Any], row: Activation) -> str:
    """Return where a row is sent to."""
    return (mapped.text(row, options["email_field"]) or "").strip()


def template_variables(options: Mapping[str, Any], row: Activation) -> list[dict[str, str | None]]:
    """Return those of the template's variables that a row carries."""
    return [
        {"name": name, "value": mapped.text(row, source)}
        for source, name in options["fields"].items()
        if mapped.carries(row, source)
    ]


def merge_rule(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return how people are found and added.

    Nothing but the address is sent, and a member who is found is left as he is. Oracle does not say whether
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
        "rejectRecordIfChannelEmpty": "E",
        "defaultPermissionStatus": STATUS[options["new_members"] or "optout"],
    }
