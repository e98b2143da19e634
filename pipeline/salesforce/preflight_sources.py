"""Pre-flight of sources: whether an org has all that they read, and can be asked for it."""

from collections.abc import Iterator

from pipeline.model.finding import Finding
from pipeline.model.looking import likely
from pipeline.model.mapping import RecordMapping
from pipeline.model.record_condition import paths_in, read_condition, type_problems
from pipeline.model.source import SalesforceSource
from pipeline.salesforce.field_findings import NoSuchField, find_field, reading_problems
from pipeline.salesforce.org_schema import FieldDescription, OrgSchema

STAMP, CREATED = "SystemModstamp", "CreatedDate"  # by which streams, and histories, are read on


def look_at_source(schema: OrgSchema, source: SalesforceSource, mapping: RecordMapping) -> Iterator[Finding]:
    """Look for the object of a source, and for all fields that are read of it."""
    if source.object not in schema.names:
        yield Finding("source", False, f'source "{source.name}": {no_object(schema, source.object)}')
        return
    problems = list(dict.fromkeys(source_problems(schema, source, mapping)))
    for problem in problems:
        yield Finding("source", False, f'source "{source.name}": {problem}')
    if not problems:
        paths = len(mapping.fields_for(source.object))
        text = f'source "{source.name}": {source.object} has all fields of "{mapping.name}" ({paths})'
        yield Finding("source", True, text)


def no_object(schema: OrgSchema, name: str) -> str:
    """Say that there is no object of this name for our user."""
    hint = likely(name, schema.names) or ": correct it, or give our user access"
    return f'there is no object "{name}" that our user sees{hint}'


def source_problems(schema: OrgSchema, source: SalesforceSource, mapping: RecordMapping) -> Iterator[str]:
    """Yield the problems of a source whose object is there."""
    owner = source.object
    for variable, path in mapping.paths_of(owner):
        try:
            yield from reading_problems(owner, path, find_field(schema, owner, path), variable)
        except NoSuchField as error:
            yield str(error)
    for path in (*source.key_fields, *([source.of] if source.of else [])):
        try:
            find_field(schema, owner, path)
        except NoSuchField as error:
            yield str(error)
    if source.is_stream:
        yield from stamp_problems(schema, owner, CREATED if source.of else STAMP)
    yield from where_problems(schema, source)


def stamp_problems(schema: OrgSchema, owner: str, stamp: str) -> Iterator[str]:
    """Yield why an object cannot be read on from where a reading stopped."""
    field = schema.describe(owner).fields.get(stamp)
    if field is None or not field.filterable:
        lack = "has no" if field is None else "cannot be asked by its"
        yield f"{owner} {lack} {stamp}, by which changes are found: read it with snapshot = true"


def where_problems(schema: OrgSchema, source: SalesforceSource) -> Iterator[str]:
    """Yield why a condition cannot be part of a query."""
    condition = read_condition(source.where)
    found: dict[str, FieldDescription] = {}
    for path in paths_in(condition):
        try:
            found[path] = find_field(schema, source.object, path)
        except NoSuchField as error:
            yield f"where: {error}"
    for path, field in found.items():
        if not field.filterable:
            thing = "a long text" if field.type == "textarea" else f"of type {field.type}"
            yield f'where: "{path}" is {thing}, which no query can ask for: leave it out'
    for path, text in type_problems(condition, {path: field.kind for path, field in found.items()}):
        yield f"where: {path}: {text}"
