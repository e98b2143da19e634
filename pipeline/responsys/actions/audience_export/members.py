"""Merge people into the profile list.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-members-post.htm
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from pipeline.model.action import Step
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.responsys.actions.audience_export.column import carried
from pipeline.responsys.actions.audience_export.permission import IN, OUT
from pipeline.responsys.actions.audience_export.plan import Plan
from pipeline.responsys.actions.audience_export.record_data import record_data
from pipeline.responsys.actions.audience_export.verdicts import merged
from pipeline.responsys.names import path

STATUS = {"optin": "OPTIN", "optout": "OPTOUT"}


def merge(plan: Plan) -> Step:
    """Return the step."""
    return Step(
        name="merge",
        function="mergeListMembers",
        call=partial(merge_call, plan),
        verdicts=partial(merged, plan.match),
    )


def merge_call(plan: Plan, rows: Sequence[Activation]) -> Call:
    """Build the request."""
    return Call(
        function="mergeListMembers",
        path=path("lists", plan.connector.profile_list, "members", api=plan.connector.api),
        body={
            "recordData": record_data([dict(values(plan, row)) for row in rows]),
            "mergeRule": merge_rule(plan),
        },
    )


def columns(plan: Plan, row: Activation) -> tuple[str, ...]:
    """Name the columns that are written for a row, in the order of ``values``."""
    keys = [key.column for key in plan.others if key.given(row)]
    status = [plan.permission.column] if plan.permission.carried(row) else []
    written = [column.name for column in carried(plan.columns, row)]
    return (*[key.column for key in plan.match], *keys, *status, *written)


def values(plan: Plan, row: Activation) -> Iterator[tuple[str, str | None]]:
    """Yield the columns that are written for a row, with their values."""
    for key in (*plan.match, *(key for key in plan.others if key.given(row))):
        yield key.column, key.value(row)
    if plan.permission.carried(row):
        yield plan.permission.column, plan.permission.letter(row)
    for column in carried(plan.columns, row):
        yield column.name, column.text(row)


def merge_rule(plan: Plan) -> dict[str, Any]:
    """Return how people are found and what is done with them.

    ``defaultPermissionStatus`` is for records without a status; left out, it is OPTOUT. That it leaves alone
    the members who are there is what Oracle's page suggests and does not say.
    """
    options = plan.options
    second = options.get("match_column_2")
    return {
        "insertOnNoMatch": options["insert_on_no_match"],
        "updateOnMatch": options["update_on_match"],
        "matchColumnName1": options["match_column_1"],
        "matchColumnName2": second,
        "matchOperator": "AND" if second else "NONE",
        "optinValue": IN,
        "optoutValue": OUT,
        "htmlValue": "H",
        "textValue": "T",
        "rejectRecordIfChannelEmpty": None,
        "defaultPermissionStatus": STATUS[options.get("new_members") or "optout"],
    }
