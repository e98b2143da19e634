"""Keep a profile list, and extension tables of it, up to date with an audience.

::

    ADD, UPDATE   merge the list → fields into their table → "1" for the audience in the table of memberships
    REMOVE        flag         "0" for the audience, where the person has a row
                  blank        fields blanked, where the person has a row; and "0"
                  delete_row   the person's row of fields deleted; and "0", or that row deleted when it holds
                               no other audience

Nobody is inserted who leaves, and nobody is ever deleted from the list.
"""

from collections.abc import Sequence

from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.responsys.actions.audience_export import members, tables
from pipeline.responsys.actions.audience_export.needed import needed
from pipeline.responsys.actions.audience_export.plan import Plan
from pipeline.responsys.actions.plans import Plans
from pipeline.responsys.needs import Need

LEAVES = "REMOVE"
NO_TABLE_IDENTIFIER = "none of the identifiers for the extension tables is there"


class AudienceExport(Action):
    """One member of the list per row."""

    name = "audience_export"
    state = True
    functions = (
        "mergeListMembers",
        "mergeProfileExtensionMembers",
        "retrieveProfileExtensions",
        "createProfileExtension",
        "deleteProfileExtensionMembers",
    )

    def __init__(self) -> None:
        self._plans = Plans(Plan.of)

    def problem(self, connector: Connector, destination: Destination, activation: Activation) -> str | None:
        """Look for identifiers that are missing or not what they should be, and for unclear consent."""
        plan = self._plans.of(connector, destination)
        if activation.call_type == LEAVES:
            return leaving_problem(plan, activation)
        keys = (*plan.match, *(key for key in plan.others if key.given(activation)))
        problems = (key.problem(activation) for key in keys)
        return (
            next(filter(None, problems), None)
            or plan.permission.problem(activation)
            or table_problem(plan, activation)
        )

    def shape(self, connector: Connector, destination: Destination, activation: Activation) -> str:
        """Name the columns of the calls, and by what people are found."""
        plan = self._plans.of(connector, destination)
        key = plan.found_by(activation)
        found_by = key.column if key else ""
        if activation.call_type == LEAVES:
            return f"{LEAVES} {found_by}"
        listed = ",".join(members.columns(plan, activation))
        fields = ",".join(column.name for column in tables.fields(plan, activation))
        return f"{listed} {found_by if fields or plan.memberships else ''} {fields}"

    def attributes(self, connector: Connector, destination: Destination) -> frozenset[str]:
        """Name what is read of an activation."""
        return self._plans.of(connector, destination).sources()

    def needs(self, connector: Connector, destination: Destination) -> tuple[Need, ...]:
        """Name the columns of the list, and the tables."""
        return tuple(needed(self._plans.of(connector, destination)))

    def steps(
        self, connector: Connector, destination: Destination, rows: Sequence[Activation]
    ) -> tuple[Step, ...]:
        """Return the calls for rows that enter, or for rows that leave."""
        plan = self._plans.of(connector, destination)
        if rows[0].call_type == LEAVES:
            return tuple(tables.leaving(plan, rows[0]))
        return (members.merge(plan), *tables.entering(plan, rows[0]))


def table_problem(plan: Plan, row: Activation) -> str | None:
    """Say why a row that enters cannot be found in the tables it goes into."""
    if not plan.memberships and not tables.fields(plan, row):
        return None
    key = plan.found_by(row)
    return key.problem(row) if key else NO_TABLE_IDENTIFIER


def leaving_problem(plan: Plan, row: Activation) -> str | None:
    """Say why a row that leaves cannot be found in its tables."""
    if plan.options["on_remove"] == "nothing":
        return "nothing is done about those who leave"
    key = plan.found_by(row)
    return key.problem(row) if key else NO_TABLE_IDENTIFIER
