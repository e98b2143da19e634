"""Kinds of connectors: the one table of their clients, actions, schemas and limits.

All other rooms ask here, by the kind of a connector or the name of an action, and know no outside system.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipeline.errors import Misconfigured
from pipeline.model.action import Action, UnusableAction
from pipeline.model.action_table import ActionTable
from pipeline.model.call import Sender
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.model.field_shape import FieldShape
from pipeline.model.finding import Finding
from pipeline.model.mapping import RecordMapping
from pipeline.model.record_reader import RecordReader
from pipeline.model.uses import Uses
from pipeline.records.connector_kind import MINUTE, ConnectorKind, KindSchemas
from pipeline.responsys import ratelimit
from pipeline.responsys.actions import ACTIONS
from pipeline.responsys.bodies import redact
from pipeline.responsys.code_meanings import CODE_MEANINGS
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.looking import campaign_ids, extension_columns, member_columns, program_runs
from pipeline.responsys.opening import open_clients
from pipeline.responsys.requests import POLL_REQUESTS
from pipeline.salesforce.actions import ACTIONS as SALESFORCE_ACTIONS
from pipeline.salesforce.bodies import redact as redact_composite
from pipeline.salesforce.calls import FUNCTION
from pipeline.salesforce.code_meanings import CODE_MEANINGS as SALESFORCE_CODES
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.grants import read_private_key
from pipeline.salesforce.opening import open_clients as open_salesforce_clients
from pipeline.salesforce.org_notes import version_ends
from pipeline.sftp.connector import SftpConnector
from pipeline.sftp.opening import open_server

if TYPE_CHECKING:
    from schemas.connector import ConnectorDocument
    from schemas.destination_document import DestinationDocument

MEMBERS_IN_CALL = 200


def responsys_schemas() -> KindSchemas:
    """Return the schemas of Responsys."""
    from schemas.connector import Responsys
    from schemas.destination import ACTIONS as OPTIONS

    return KindSchemas(Responsys, OPTIONS)


def salesforce_schemas() -> KindSchemas:
    """Return the schemas of Salesforce."""
    from schemas.salesforce import Salesforce

    return KindSchemas(Salesforce, options_of(SALESFORCE_ACTIONS))


def options_of(actions: ActionTable) -> dict[str, type["DestinationDocument"]]:
    """Return the schemas of actions: of ``salesforce_task`` the class in its file of ``schemas/``."""
    return {name: getattr(import_module(f"schemas.{name}"), actions.class_name(name)) for name in actions}


def sftp_schemas() -> KindSchemas:
    """Return the schema of connectors to SFTP servers, which have no destinations."""
    from schemas.connector import ResponsysSftp

    return KindSchemas(ResponsysSftp)


def preflight_responsys(connector: Any, uses: Uses, client: Any) -> list[Finding]:
    """Look in a Responsys account for the things that the configuration names; imported for that alone."""
    from pipeline.responsys.preflight import preflight

    return preflight(connector, uses.actions, client, uses.sources)


def column_shapes(connector: Any, uses: Uses, client: Any) -> dict[str, FieldShape]:
    """Return the shapes of the columns that are used; imported for that alone."""
    from pipeline.responsys.preflight.field_shapes import column_shapes

    return column_shapes(connector, uses, client)


def field_shapes(_connector: Any, uses: Uses, client: Any) -> dict[str, FieldShape]:
    """Return the shapes of the fields of an org that are used; imported for that alone."""
    from pipeline.salesforce.field_shapes import field_shapes

    return field_shapes(client, uses)


def preflight_salesforce(_connector: Any, uses: Uses, client: Any) -> list[Finding]:
    """Look at an org's login, version, objects, fields and calls; imported for that alone."""
    from pipeline.salesforce.preflight import preflight

    return preflight(client, uses)


def read_org_limits(client: Any) -> None:
    """Ask an org for the use of its calls, which its client notes; imported for that alone."""
    from pipeline.salesforce.limits import read_limits

    read_limits(client)


def read_salesforce(*given: Any) -> RecordReader:
    """Return the reader of a source's records; imported for that alone."""
    from pipeline.salesforce.record_reader import SalesforceRecordReader

    return SalesforceRecordReader(*given)


def calls_to_read_salesforce(source: Any, records: int) -> Mapping[str, int]:
    """Count the calls that read records of an org; imported for that alone."""
    from pipeline.salesforce.record_reader import calls_to_read

    return {FUNCTION: calls_to_read(source, records)} if source.kind == "salesforce" else {}


def calls_to_read_members(source: Any, records: int) -> Mapping[str, int]:
    """Count the calls that read members: one for each 200, and one of their extension table."""
    if source.kind != "responsys":
        return {}
    calls = -(-records // MEMBERS_IN_CALL)
    table = {"retrieveProfileExtensionMembers": calls} if source.fields_table else {}
    return {"retrieveListMembers": calls, **table}


def preflight_sftp(_connector: Any, _uses: Uses, server: Any) -> list[Finding]:
    """Look at an SFTP server's host key, login and folder; imported for that alone."""
    from pipeline.sftp.preflight import preflight

    return list(preflight(server))


def open_no_clients(*_: Any, **__: Any) -> Callable[[Any], Sender]:
    """Refuse to send, for a kind that serves imports alone."""
    raise Misconfigured("this kind of connector serves imports: nothing can be sent by it")


KINDS: Mapping[str, ConnectorKind] = {
    "responsys": ConnectorKind(
        system="Responsys",
        connector=ResponsysConnector,
        schemas=responsys_schemas,
        actions=ACTIONS,
        open_clients=open_clients,
        redact=redact,
        preflight=preflight_responsys,
        field_shapes=column_shapes,
        secrets=("password",),
        sources=("people", "responsys_events", "responsys"),
        default_limits=ratelimit.DEFAULTS,
        window=ratelimit.WINDOW,
        read_limits=ratelimit.read_limits,
        poll_function=POLL_REQUESTS,
        program_runs=program_runs,
        member_columns=member_columns,
        extension_columns=extension_columns,
        calls_to_read=calls_to_read_members,
        campaign_ids=campaign_ids,
        code_meanings=CODE_MEANINGS,
    ),
    "salesforce": ConnectorKind(
        system="Salesforce",
        connector=SalesforceConnector,
        schemas=salesforce_schemas,
        actions=SALESFORCE_ACTIONS,
        open_clients=open_salesforce_clients,
        redact=redact_composite,
        preflight=preflight_salesforce,
        field_shapes=field_shapes,
        optional_secrets=("client_secret", "private_key"),
        secret_readers={"private_key": read_private_key},
        sources=("salesforce", "people"),
        open_reader=read_salesforce,
        calls_to_read=calls_to_read_salesforce,
        default_limits={FUNCTION: 500},  # an hour: a tenth of the least that an org may have
        window=3600.0,  # seconds
        read_limits=read_org_limits,
        burst=1,
        counts_by_day=True,
        version_ends=version_ends,
        code_meanings=SALESFORCE_CODES,
    ),
    "responsys_sftp": ConnectorKind(
        system="the SFTP server",
        connector=SftpConnector,
        schemas=sftp_schemas,
        actions={},
        open_clients=open_no_clients,
        redact=lambda call: call,
        preflight=preflight_sftp,
        secrets=("private_key",),
        optional_secrets=("private_key_passphrase", "pgp_private_key", "pgp_passphrase"),
        open_server=open_server,
    ),
}


def kind_of(connector: Connector) -> ConnectorKind:
    """Return the kind of a connector."""
    return KINDS[connector.kind]


def bind(
    connector: Connector, destination: Destination, mappings: Mapping[str, RecordMapping] | None = None
) -> Action:
    """Return the action of a destination; its options are read here."""
    action = kind_of(connector).actions[destination.action]
    if destination.problem:
        return UnusableAction(connector, destination, action)
    bound = action(connector, destination)
    bound.use_mappings(mappings or {})
    return bound


def window_of(connector: Connector, minute: float) -> float:
    """Return the seconds by which the account counts calls, if a minute has ``minute`` seconds."""
    return kind_of(connector).window * minute / MINUTE


def connector_documents() -> dict[str, type["ConnectorDocument"]]:
    """Return the schemas of connectors, by kind."""
    return {name: kind.schemas().connector for name, kind in KINDS.items()}


def destination_documents() -> dict[str, type["DestinationDocument"]]:
    """Return the schemas of destinations, by action."""
    return {
        action: schema for kind in KINDS.values() for action, schema in kind.schemas().destinations.items()
    }
