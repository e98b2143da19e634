"""What is done in the extension tables for rows that enter, and for rows that leave."""

from collections.abc import Iterator

from pipeline.model.action import Step
from pipeline.model.activation import Activation
from pipeline.responsys.actions.audience_export.column import Column, carried
from pipeline.responsys.actions.audience_export.entries import Entries, Values
from pipeline.responsys.actions.audience_export.plan import Plan

MEMBER, LEFT = "1", "0"


def fields(plan: Plan, row: Activation) -> tuple[Column, ...]:
    """Return the fields that a row carries."""
    return carried(plan.fields.columns, row) if plan.fields else ()


def entering(plan: Plan, row: Activation) -> Iterator[Step]:
    """Yield what is done in the tables for rows that enter."""
    key = plan.found_by(row)
    if key is None:
        return
    if plan.fields and fields(plan, row):
        yield from plan.fields.steps()
        yield Entries("fields", plan.fields, key).write(values(plan))
    if plan.memberships:
        yield from plan.memberships.steps()
        yield Entries("memberships", plan.memberships, key).write(membership(plan, MEMBER))


def leaving(plan: Plan, row: Activation) -> Iterator[Step]:
    """Yield what is done in the tables for rows that leave."""
    key = plan.found_by(row)
    if key is None:
        return
    if plan.fields and plan.options["on_remove"] in ("blank", "delete_row"):
        entries = Entries("fields", plan.fields, key)
        yield from plan.fields.steps()
        yield entries.delete() if plan.deletes else entries.change(blanks(plan))
    if plan.memberships and plan.options["on_remove"] != "nothing":
        entries = Entries("memberships", plan.memberships, key)
        yield from plan.memberships.steps()
        yield entries.delete() if plan.deletes_membership else entries.change(membership(plan, LEFT))


def values(plan: Plan) -> Values:
    """Return what is written of everybody's fields."""
    return lambda row: {column.name: column.text(row) for column in fields(plan, row)}


def membership(plan: Plan, flag: str) -> Values:
    """Return what is written of everybody's membership in this audience."""
    return lambda _: {plan.membership: flag}


def blanks(plan: Plan) -> Values:
    """Return what is written when all fields are blanked."""
    columns = plan.fields.columns if plan.fields else ()
    return lambda _: {column.name: "" for column in columns}
