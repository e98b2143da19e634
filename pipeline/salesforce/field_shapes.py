"""Shapes of the fields of an org that sources read and destinations write."""

from collections.abc import Iterator

from pipeline.model.field_shape import FieldShape
from pipeline.model.source import SalesforceSource
from pipeline.model.uses import Uses
from pipeline.salesforce.client import SalesforceClient
from pipeline.salesforce.needs import NeededObject
from pipeline.salesforce.org_schema import FieldDescription, OrgSchema


def field_shapes(client: SalesforceClient, uses: Uses) -> dict[str, FieldShape]:
    """Return the shape of each field that is used and that our user sees."""
    schema, found = OrgSchema(client), {}
    for owner, name in sorted(set(fields_used(uses))):
        field = schema.describe(owner).fields.get(name) if owner in schema.names else None
        if field is not None:
            found[f"{name} of {owner}"] = shape_of(field)
    return found


def fields_used(uses: Uses) -> Iterator[tuple[str, str]]:
    """Yield each object with a field that is used; those of parents belong to other objects."""
    for source in uses.sources:
        if isinstance(source, SalesforceSource) and source.mapping in uses.mappings:
            paths = uses.mappings[source.mapping].fields_for(source.object)
            yield from ((source.object, path) for path in paths if "." not in path)
    for action in uses.actions:
        for need in action.needs():
            if isinstance(need, NeededObject):
                yield from ((need.name, name) for name in need.written)


def shape_of(field: FieldDescription) -> FieldShape:
    """Return the shape of a field."""
    return FieldShape(field.type, field.length, field.createable and not field.nillable)
