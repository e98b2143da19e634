"""Export: an action of several steps, with a table that is set up once."""

import json
from collections.abc import Sequence
from typing import Any

from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.call import Call, Rejection
from tests.deliver.environment import Environment
from tests.fixtures.oracle import HOST

MERGE = f"{HOST}/rest/api/v1.3/lists/L/members"
TABLES = f"{HOST}/rest/api/v1.3/lists/L/listExtensions"
FIELDS = f"{HOST}/rest/api/v1.3/lists/L/listExtensions/T/members"
MEMBERS, EXTENSIONS = "/rest/api/v1.3/lists/L/members", "/rest/api/v1.3/lists/L/listExtensions"
ROWS = f"{EXTENSIONS}/T/members"
FUNCTIONS = (
    "mergeListMembers",
    "retrieveProfileExtensions",
    "createProfileExtension",
    "mergeProfileExtensionMembers",
)


class Export(Action):
    """Merge, then make a table if there is none, then fill it."""

    name = "custom_event"  # which it takes the place of
    coalesces = False
    functions = FUNCTIONS

    def problem(self, activation: Activation) -> str | None:
        return "no crm_id" if activation.identifier("crm_id") is None else None

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        merge, look, create, fields = FUNCTIONS
        api = "asyncApi" if self.connector.api == "async" else "api"
        return (
            Step("merge", merge, call(merge, f"/rest/{api}/v1.3/lists/L/members"), cells),
            Step(
                "look", look, call(look, EXTENSIONS, "GET"), cells, sets_up="T",
                found=bool,
            ),
            Step(
                "create", create, call(create, EXTENSIONS), cells, sets_up="T",
                settled_by=frozenset({"OBJECT_ALREADY_EXISTS"}),
            ),
            Step("fields", fields, call(fields, ROWS), cells),
        )  # fmt: skip


def call(function: str, path: str, method: str = "POST"):
    def build(rows: Sequence[Activation]) -> Call:
        body = None if method == "GET" else {"rows": [row.profile_id for row in rows]}
        return Call(function, path, body, method)

    return build


def cells(rows: Sequence[Activation], found: Any) -> list[Rejection | None]:
    return [Rejection("MERGEFAILED", cell) if cell else None for cell in found]


def go(environment: Environment) -> list[str]:
    """Deliver whatever may go, through all functions, until nothing may; return the reports."""
    reports = []
    while True:
        for function in FUNCTIONS:
            claimed = environment.lanes.claim(environment.quota_of("acme", function))
            if isinstance(claimed, tuple):
                reports.append(environment.delivery.deliver(claimed.batch, claimed.attempt).text)
                break
        else:
            return reports


def sent_to(oracle, url: str) -> list[list[str]]:
    """Return the rows of every call to a place."""
    return [read_again(one.request) for one in oracle.calls if one.request.url == url and one.request.body]


def read_again(request) -> list[str]:
    return json.loads(request.body.content)["rows"]
