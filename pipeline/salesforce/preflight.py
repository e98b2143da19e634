"""Pre-flight: whether the org lets us in, serves our version, has the used fields, and leaves us calls."""

from collections.abc import Iterator
from functools import partial

from pipeline.model.finding import Finding
from pipeline.model.looking import guarded
from pipeline.model.org_identity import other_org
from pipeline.model.source import SalesforceSource
from pipeline.model.uses import RuleUses, Uses
from pipeline.model.variable_values import as_id
from pipeline.salesforce.client import SalesforceClient
from pipeline.salesforce.field_findings import no_field
from pipeline.salesforce.org_schema import OrgSchema
from pipeline.salesforce.preflight_sources import look_at_source
from pipeline.salesforce.preflight_writes import look_at_actions

NOTHING = Uses()
NO_RULES = RuleUses()
PEOPLE = ("Lead", "Contact")  # objects with a field that may hold the RIID


def preflight(client: SalesforceClient, uses: Uses = NOTHING) -> list[Finding]:
    """Return all findings of a connector; without a login there is nothing more to see."""
    found = list(guarded("login", partial(look_for_login, client)))
    if not found[0].ok:
        return found
    found += guarded("org", partial(look_for_org, client, uses))
    schema = OrgSchema(client)
    found += guarded("version", partial(look_for_version, client, schema))
    if client.connector.riid_field:
        found += guarded("field", partial(look_for_riid_field, client, schema))
    found += look_at_sources(schema, uses)
    found += look_at_actions(client, schema, uses)
    found += guarded("limits", partial(look_for_limits, client))
    return found


def look_for_login(client: SalesforceClient) -> Iterator[Finding]:
    """Log in anew."""
    yield Finding("login", True, f"logged in, calls go to {client.log_in()}")


def look_for_org(client: SalesforceClient, uses: Uses) -> Iterator[Finding]:
    """See whether the host is still that of the org that each source has read."""
    org = client.find_org()
    for source in uses.sources:
        if text := other_org(uses.orgs.get(source.name, ""), as_id(org) if org else ""):
            yield Finding("org", False, f'source "{source.name}": {text}')


def look_at_sources(schema: OrgSchema, uses: Uses) -> Iterator[Finding]:
    """Look at all that sources read by their mappings."""
    for source in uses.sources:
        mapping = uses.mappings.get(source.mapping) if isinstance(source, SalesforceSource) else None
        if isinstance(source, SalesforceSource) and mapping is not None:
            thing = f'source "{source.name}"'
            rules = uses.rules.get(source.name, NO_RULES)
            yield from guarded("source", partial(look_at_source, schema, source, mapping, rules), thing)


def look_for_version(client: SalesforceClient, schema: OrgSchema) -> Iterator[Finding]:
    """See whether the org serves the version, and for how long."""
    connector = client.connector
    missing = [name for name in PEOPLE if name not in schema.names]
    if missing:
        yield Finding("objects", False, f"the user may not see {' and '.join(missing)}: give it access")
    if client.is_deprecated:
        yield Finding(
            "version", False, f"the org announces the end of version {connector.version}: give a newer one"
        )
    else:
        yield Finding("version", True, f"version {connector.version} is served")


def look_for_riid_field(client: SalesforceClient, schema: OrgSchema) -> Iterator[Finding]:
    """See whether people have the field for the RIID, and can be found by it."""
    name = client.connector.riid_field
    for person in PEOPLE:
        fields = schema.describe(person).fields
        field = fields.get(name)
        if field is None:
            text = no_field(person, name, fields, "make it, or correct riid_field")
        elif not (field.is_external_id and field.unique and field.updateable):
            text = f'"{name}" of {person} must be a unique external id that our user may write'
        else:
            yield Finding("field", True, f'"{name}" of {person} is a unique external id')
            continue
        yield Finding("field", False, text)


def look_for_limits(client: SalesforceClient) -> Iterator[Finding]:
    """See how many calls the org has left, and how many of them are ours."""
    connector, use = client.connector, client.use
    if use is None:
        yield Finding("limits", False, "the org does not say how many calls it has left")
        return
    told = f"{use.used:,} of {use.most:,} calls of 24 hours are used by all"
    ours = f"{use.allowance(connector):,} an hour are ours (share {connector.share:g})"
    is_below = use.used < connector.ceiling * use.most
    yield Finding(
        "limits", is_below, f"{told}; {ours}" if is_below else f"{told}: above the ceiling, we wait"
    )
