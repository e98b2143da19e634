"""Kinds of connectors: the one table of their clients, actions, schemas and limits.

All other rooms ask here, by the kind of a connector or the name of an action, and know no outside system.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.errors import Misconfigured
from pipeline.model.action import Action, UnusableAction
from pipeline.model.call import Sender
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.model.mapping import RecordMapping
from pipeline.records.connector_kind import MINUTE, ConnectorKind
from pipeline.records.kind_schemas import responsys_schemas, salesforce_schemas, sftp_schemas
from pipeline.responsys import ratelimit
from pipeline.responsys.actions import ACTIONS
from pipeline.responsys.bodies import redact
from pipeline.responsys.code_meanings import CODE_MEANINGS
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.looking import (
    calls_to_read_members,
    campaign_ids,
    extension_columns,
    member_columns,
    program_runs,
)
from pipeline.responsys.on_demand import preflight_account, used_column_shapes
from pipeline.responsys.opening import open_clients
from pipeline.responsys.requests import POLL_REQUESTS
from pipeline.salesforce.actions import ACTIONS as SALESFORCE_ACTIONS
from pipeline.salesforce.bodies import redact as redact_composite
from pipeline.salesforce.calls import FUNCTION
from pipeline.salesforce.code_meanings import CODE_MEANINGS as SALESFORCE_CODES
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.grants import read_private_key
from pipeline.salesforce.on_demand import (
    calls_to_read_records,
    open_record_reader,
    preflight_org,
    read_org_limits,
    used_field_shapes,
)
from pipeline.salesforce.opening import open_clients as open_salesforce_clients
from pipeline.salesforce.org_notes import version_ends
from pipeline.sftp.connector import SftpConnector
from pipeline.sftp.on_demand import preflight_server
from pipeline.sftp.opening import open_server

if TYPE_CHECKING:
    from schemas.connector import ConnectorDocument
    from schemas.destination_document import DestinationDocument


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
        preflight=preflight_account,
        field_shapes=used_column_shapes,
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
        schemas=partial(salesforce_schemas, SALESFORCE_ACTIONS),
        actions=SALESFORCE_ACTIONS,
        open_clients=open_salesforce_clients,
        redact=redact_composite,
        preflight=preflight_org,
        field_shapes=used_field_shapes,
        optional_secrets=("client_secret", "private_key"),
        secret_readers={"private_key": read_private_key},
        sources=("salesforce", "people"),
        open_reader=open_record_reader,
        calls_to_read=calls_to_read_records,
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
        preflight=preflight_server,
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
