"""Pre-flight of sources: whether an org has all that they read, and can be asked for it."""

from collections.abc import Iterable, Iterator, Mapping

from pipeline.model.finding import Finding
from pipeline.model.looking import likely
from pipeline.model.mapping import RecordMapping
from pipeline.model.record_condition import paths_in, read_condition, type_problems
from pipeline.model.source import SalesforceSource
from pipeline.model.uses import RuleUses
from pipeline.salesforce.field_findings import CLOSE, NoSuchField, find_field, reading_problems
from pipeline.salesforce.org_schema import FieldDescription, OrgSchema
from pipeline.salesforce.roles import FIELDS as ROLE_FIELDS
from pipeline.salesforce.roles import ROLES
from pipeline.salesforce.source_fields import BELONGING, CREATED, IDENTIFYING, STAMP


def look_at_source(
    schema: OrgSchema, source: SalesforceSource, mapping: RecordMapping, rules: RuleUses
) -> Iterator[Finding]:
    """Look for the object of a source, and for all fields that are read of it."""
    if source.object not in schema.names:
        yield Finding("source", False, f'source "{source.name}": {no_object(schema, source.object)}')
        return
    problems = list(dict.fromkeys(source_problems(schema, source, mapping, rules)))
    for problem in problems:
        yield Finding("source", False, f'source "{source.name}": {problem}')
    if not problems:
        paths = len(mapping.fields_for(source.object))
        text = f'source "{source.name}": {source.object} has all fields of "{mapping.name}" ({paths})'
        yield Finding("source", True, text)


def no_object(schema: OrgSchema, name: str) -> str:
    """Say that there is no object of this name for our user."""
    lack = f'there is no object "{name}", or our user may not see it'
    return f"{lack}: give it access, or correct the name{likely(name, schema.names, CLOSE)}"


def source_problems(
    schema: OrgSchema, source: SalesforceSource, mapping: RecordMapping, rules: RuleUses
) -> Iterator[str]:
    """Yield the problems of a source, other than a missing object."""
    owner = source.object
    for variable, path in mapping.paths_of(owner):
        try:
            yield from reading_problems(owner, path, find_field(schema, owner, path), variable)
        except NoSuchField as error:
            yield str(error)
    of_itself = [*IDENTIFYING.get(owner, ()), *BELONGING.get(owner, ()), *source.key_fields]
    further = dict.fromkeys([*of_itself, *([source.of] if source.of else []), *rules.fields])
    yield from missing_fields(schema, owner, further, rules.optional)
    if source.is_stream:
        yield from stamp_problems(schema, owner, CREATED if source.of else STAMP)
    if source.who:
        yield from role_problems(schema)
    yield from where_problems(schema, source)
    for place, condition in rules.conditions:
        found, _ = fields_of(schema, owner, paths_in(condition))
        for path, text in type_problems(condition, {path: field.kind for path, field in found.items()}):
            yield f"{place}: {path}: {text}"


def missing_fields(
    schema: OrgSchema, owner: str, paths: Iterable[str], optional: Mapping[str, str]
) -> Iterator[str]:
    """Yield the fields that our user does not see; of optional ones with the loss."""
    _, problems = fields_of(schema, owner, paths)
    for path, problem in problems.items():
        if path in optional:
            lack = f'{owner} has no field "{path}" that our user sees'
            yield f"{lack}, so {optional[path]}: let our user see it"
        else:
            yield problem


def role_problems(schema: OrgSchema) -> Iterator[str]:
    """Yield why the people of deals cannot be asked for by their roles."""
    if ROLES not in schema.names:
        yield no_object(schema, ROLES)
    else:
        yield from missing_fields(schema, ROLES, ROLE_FIELDS, {})


def fields_of(
    schema: OrgSchema, owner: str, paths: Iterable[str]
) -> tuple[dict[str, FieldDescription], dict[str, str]]:
    """Return fields by their paths, and problems by paths that lead to no field."""
    found: dict[str, FieldDescription] = {}
    problems: dict[str, str] = {}
    for path in paths:
        try:
            found[path] = find_field(schema, owner, path)
        except NoSuchField as error:
            problems[path] = str(error)
    return found, problems


def stamp_problems(schema: OrgSchema, owner: str, stamp: str) -> Iterator[str]:
    """Yield why an object cannot be read on from where a reading stopped."""
    field = schema.describe(owner).fields.get(stamp)
    if field is None or not field.filterable:
        lack = "has no" if field is None else "cannot be asked by its"
        yield f"{owner} {lack} {stamp}, by which changes are found: read it with snapshot = true"


def where_problems(schema: OrgSchema, source: SalesforceSource) -> Iterator[str]:
    """Yield why a condition cannot be part of a query."""
    condition = read_condition(source.where)
    found, problems = fields_of(schema, source.object, paths_in(condition))
    yield from (f"where: {problem}" for problem in problems.values())
    for path, field in found.items():
        if not field.filterable:
            thing = "a long text" if field.type == "textarea" else f"of type {field.type}"
            yield f'where: "{path}" is {thing}, which no query can ask for: leave it out'
    for path, text in type_problems(condition, {path: field.kind for path, field in found.items()}):
        yield f"where: {path}: {text}"
