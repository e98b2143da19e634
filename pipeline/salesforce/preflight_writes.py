"""Pre-flight of actions: whether an org takes all that they write."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pipeline.model.action import Action
from pipeline.model.finding import Finding
from pipeline.model.looking import guarded
from pipeline.model.mapping import RecordMapping
from pipeline.model.uses import Uses
from pipeline.salesforce.calls import reading
from pipeline.salesforce.client import SalesforceClient
from pipeline.salesforce.field_findings import (
    NoSuchField,
    find_field,
    length_problem,
    no_field,
    strange_values,
    writing_problems,
)
from pipeline.salesforce.needs import NeededCampaign, NeededObject
from pipeline.salesforce.org_schema import ObjectDescription, OrgSchema
from pipeline.salesforce.preflight_sources import no_object
from pipeline.salesforce.soql import compare, query_path, select
from pipeline.wire.answers import as_documented

NOTHING = RecordMapping("")


def look_at_actions(client: SalesforceClient, schema: OrgSchema, uses: Uses) -> Iterator[Finding]:
    """Look for the things that each action needs."""
    for action in uses.actions:
        mapping = mapping_of(action, uses)
        needs = fitting_needs(schema, action.needs())
        for need in needs:
            if isinstance(need, NeededObject):
                yield from guarded("object", partial(look_at_object, schema, action, need, mapping))
            elif isinstance(need, NeededCampaign):
                yield from guarded("campaign", partial(look_at_campaign, client, action, need))


def mapping_of(action: Action, uses: Uses) -> RecordMapping:
    """Return the mapping that a destination names; without one, the variables that its fields stand for."""
    if named := action.destination.options.get("mapping"):
        return uses.mappings.get(named, NOTHING)
    sources = (each for each in getattr(action, "sources", ()) if each.variable is not None)
    return RecordMapping("", {each.source: each.variable for each in sources})


def fitting_needs(schema: OrgSchema, needs: Sequence[object]) -> list[object]:
    """Return the needs without objects that may lack fields, as long as one such object has all."""
    optional = [need for need in needs if isinstance(need, NeededObject) and need.is_optional]
    fitting = [need for need in optional if need.name in schema.names and not lacks_fields(schema, need)]
    left_out = [need for need in optional if need not in fitting] if fitting else []
    return [need for need in needs if need not in left_out]


def lacks_fields(schema: OrgSchema, need: NeededObject) -> bool:
    """Tell whether an object lacks a field."""
    return not {*need.written, *need.read} <= schema.describe(need.name).fields.keys()


def look_at_object(
    schema: OrgSchema, action: Action, need: NeededObject, mapping: RecordMapping
) -> Iterator[Finding]:
    """Look for an object, and whether its fields can be written."""
    place = action.destination.subject
    if need.name not in schema.names:
        yield Finding("object", False, f"{place}: {no_object(schema, need.name)}")
        return
    problems = list(dict.fromkeys(object_problems(schema, need, mapping)))
    for problem in problems:
        yield Finding("object", False, f"{place}: {problem}")
    if not problems:
        yield Finding("object", True, f"{place}: {need.name} takes all fields that are written")


def object_problems(schema: OrgSchema, need: NeededObject, mapping: RecordMapping) -> Iterator[str]:
    """Yield the problems of an object that is there."""
    described = schema.describe(need.name)
    variables = {path: variable for variable, path in mapping.paths_of(need.name)}
    only_created = need.is_created and not need.read
    for name in dict.fromkeys((*need.written, *need.read)):
        try:
            field = find_field(schema, need.name, name)
        except NoSuchField as error:
            yield str(error)
            continue
        yield from strange_values(need.name, field, (value for each, value in need.values if each == name))
        if name not in need.written:
            continue
        yield from writing_problems(need.name, field, is_created=only_created)
        if name in variables and (problem := length_problem(need.name, field, variables[name])):
            yield problem
    yield from key_problems(described, need.key)
    if need.is_created:
        yield from unfilled(described, {*need.written, *need.filled, need.key})


def key_problems(described: ObjectDescription, key: str) -> Iterator[str]:
    """Yield why records cannot be upserted by a field."""
    if not key:
        return
    field = described.fields.get(key)
    if field is None:
        yield no_field(described.name, key, described.fields, "make it, or correct key_field")
    elif not (field.is_external_id and field.unique):
        yield f'"{key}" of {described.name} must be an external id and unique: set both in its definition'


def unfilled(described: ObjectDescription, filled: set[str]) -> Iterator[str]:
    """Yield the fields that a new record needs and that nothing fills."""
    for field in described.fields.values():
        is_required = field.createable and not field.nillable and not field.has_default
        if is_required and field.name not in filled:
            yield (
                f'a new {described.name} needs "{field.name}", which nothing fills: '
                f'write it, or give its variable a "create"'
            )


def look_at_campaign(client: SalesforceClient, action: Action, need: NeededCampaign) -> Iterator[Finding]:
    """Look for a campaign, and the status that its members are given."""
    place = action.destination.subject
    if not records(client, select(["Id"], "Campaign", where=compare("Id", "=", need.campaign), limit=1)):
        text = f'there is no campaign "{need.campaign}" that our user sees: correct it, or give access'
        yield Finding("campaign", False, f"{place}: {text}")
        return
    where = compare("CampaignId", "=", need.campaign)
    rows = records(client, select(["Label"], "CampaignMemberStatus", where=where))
    labels = sorted(str(row["Label"]) for row in rows)
    if need.status in labels:
        text = f'campaign "{need.campaign}" has the status "{need.status}"'
    else:
        there = ", ".join(labels) or "none"
        lack = f'campaign "{need.campaign}" has no status "{need.status}"'
        text = f"{lack}, and would take its default; there are: {there}"
    yield Finding("campaign", need.status in labels, f"{place}: {text}")


def records(client: SalesforceClient, query: str) -> list[Mapping[str, Any]]:
    """Return the rows of one page."""
    answer = client.send(reading(client.connector, query_path(query)))
    with as_documented("a query"):
        return list(answer["records"])
