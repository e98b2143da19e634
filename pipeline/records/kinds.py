"""Kinds of connectors: the one table of their clients, actions, schemas and limits.

All other rooms ask here, by the kind of a connector or the name of an action, and know no outside system.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import redis

from pipeline.errors import Misconfigured
from pipeline.model.action import Action, UnusableAction
from pipeline.model.call import Call, Sender, Timeouts
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.model.field_shape import FieldShape
from pipeline.model.file_server import FileServer
from pipeline.model.finding import Finding
from pipeline.model.mapping import RecordMapping
from pipeline.model.record_reader import RecordReader
from pipeline.model.uses import Uses
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
from pipeline.stores.vault import Vault
from schemas.connector import ConnectorDocument, Responsys, ResponsysSftp
from schemas.destination import ACTIONS as RESPONSYS_OPTIONS
from schemas.destination import SALESFORCE_ACTIONS as SALESFORCE_OPTIONS
from schemas.destination_document import DestinationDocument
from schemas.salesforce import Salesforce

MINUTE = 60.0  # seconds
UNKNOWN_LIMIT = 10  # calls per window of a function that the kind does not know any more


class OpenClients(Protocol):
    """Opens the clients of all connectors of a kind."""

    def __call__(
        self,
        redis_client: redis.Redis,
        vault: Vault,
        *,
        take: Callable[..., float],
        minute: float,
        timeouts: Timeouts,
    ) -> Callable[[Any], Sender]:
        """Return the maker of a connector's client; ``take`` takes a permit (see lanes/limits.py).

        ``minute``: seconds that a minute of the limits has.
        """


@dataclass(frozen=True)
class ConnectorKind:
    """All that the rest of the program needs of an outside system."""

    system: str  # its name in texts: "Responsys"
    connector: type[Connector]
    document: type[ConnectorDocument]  # a connector in the configuration
    options: Mapping[str, type[DestinationDocument]]  # a destination in the configuration, by its action
    actions: Mapping[str, type[Action]]  # by names that no other kind uses
    open_clients: OpenClients
    redact: Callable[[Call], Call]  # a call without the values of its rows, for people to look at
    preflight: Callable[[Any, Uses, Any], list[Finding]]  # of a connector, for its records, by its client
    # Shapes of the fields that records use, by place; asked like ``preflight``. None: there are no fields.
    field_shapes: Callable[[Any, Uses, Any], dict[str, FieldShape]] | None = None
    secrets: tuple[str, ...] = ()  # keys of ``document`` that are encrypted
    optional_secrets: tuple[str, ...] = ()  # further ones, that a connector may lack
    secret_readers: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)  # raise Misconfigured
    open_server: Callable[[Any, Timeouts], FileServer] | None = None  # None: it has no files to import
    sources: tuple[str, ...] = ()  # kinds of sources that read by it
    # Given a source, its mapping, the client, a way to send calls, further fields; None: it has no records.
    open_reader: Callable[..., RecordReader] | None = None
    # Given a source and a number of records: calls by function.
    calls_to_read: Callable[[Any, int], Mapping[str, int]] = lambda *_: {}
    default_limits: Mapping[str, int] = field(default_factory=dict)  # calls per window, by function
    window: float = MINUTE  # seconds by which the account counts calls
    # Asked of a client; it answers with None if it noted them as they came. None: the account cannot tell.
    read_limits: Callable[[Any], Mapping[str, int] | None] | None = None
    burst: int = 0  # calls of a function that may go at once after a quiet time
    counts_by_day: bool = False  # whether its accounts count the calls of all their users by 24 hours
    version_ends: Callable[[redis.Redis, Connector], bool] = lambda *_: False  # announced for a connector's
    poll_function: str | None = None  # by which limits count polls; None: all answers come at once
    program_runs: Callable[..., bool | None] | None = None  # given a way to send calls, and a name
    # Given the connector, a way to send calls, an identifier, its values, columns; None: it has no members.
    member_columns: Callable[..., Mapping[str, Mapping[str, str | None]]] | None = None
    extension_columns: Callable[..., Mapping[str, Mapping[str, str | None]]] | None = None  # of a table
    # Given a way to send calls, and names of campaigns: their ids by name. None: it has no campaigns.
    campaign_ids: Callable[..., Mapping[str, str]] | None = None
    code_meanings: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # of rows: cause, replaying

    def default_limit(self, function: str) -> int:
        """Return the calls per window of a function when neither the connector nor the account says."""
        return self.default_limits.get(function, UNKNOWN_LIMIT)


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
        document=Responsys,
        options=RESPONSYS_OPTIONS,
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
        campaign_ids=campaign_ids,
        code_meanings=CODE_MEANINGS,
    ),
    "salesforce": ConnectorKind(
        system="Salesforce",
        connector=SalesforceConnector,
        document=Salesforce,
        options=SALESFORCE_OPTIONS,
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
        document=ResponsysSftp,
        options={},
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


def connector_documents() -> dict[str, type[ConnectorDocument]]:
    """Return the schemas of connectors, by kind."""
    return {name: kind.document for name, kind in KINDS.items()}


def destination_documents() -> dict[str, type[DestinationDocument]]:
    """Return the schemas of destinations, by action."""
    return {action: schema for kind in KINDS.values() for action, schema in kind.options.items()}
