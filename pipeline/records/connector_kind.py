"""Connector kind: all that the rest of the program needs of an outside system; kinds.py has them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import redis

from pipeline.model.action import Action
from pipeline.model.call import Call, Sender, Timeouts
from pipeline.model.connector import Connector
from pipeline.model.field_shape import FieldShape
from pipeline.model.file_server import FileServer
from pipeline.model.finding import Finding
from pipeline.model.record_reader import RecordReader
from pipeline.model.uses import Uses
from pipeline.stores.vault import Vault

if TYPE_CHECKING:
    from schemas.connector import ConnectorDocument
    from schemas.destination_document import DestinationDocument

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
class KindSchemas:
    """The schemas of a kind of connector: of a connector in the configuration, and of its destinations."""

    connector: type["ConnectorDocument"]
    destinations: Mapping[str, type["DestinationDocument"]] = field(default_factory=dict)  # by action


@dataclass(frozen=True)
class ConnectorKind:
    """All that the rest of the program needs of an outside system."""

    system: str  # its name in texts: "Responsys"
    connector: type[Connector]
    schemas: Callable[[], KindSchemas]  # imported when a configuration is read
    actions: Mapping[str, type[Action]]  # by names that no other kind uses
    open_clients: OpenClients
    redact: Callable[[Call], Call]  # a call without the values of its rows, for people to look at
    preflight: Callable[[Any, Uses, Any], list[Finding]]  # of a connector, for its records, by its client
    # Shapes of the fields that records use, by place; asked like ``preflight``. None: there are no fields.
    field_shapes: Callable[[Any, Uses, Any], dict[str, FieldShape]] | None = None
    secrets: tuple[str, ...] = ()  # keys of a connector that are encrypted
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
