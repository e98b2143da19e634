"""Checking keys: whether those of a connector to files can be read, before a file asks for them."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import Misconfigured, RetryLater
from pipeline.event_files.decryption.child import try_key
from pipeline.model.connector import Connector
from pipeline.model.file_server import FileServer
from pipeline.model.finding import Finding
from pipeline.records import record_reading
from pipeline.records.document_secrets import STORED_SECRET
from pipeline.records.documents import without_nulls
from pipeline.records.kinds import KINDS, kind_of
from pipeline.runtime.clients import timeouts_of
from pipeline.settings import Settings

CONSEQUENCES = {"login": "until then nothing is fetched", "pgp key": "until then encrypted files wait"}


def unusable_keys(server: FileServer, connector: str) -> Iterator[Finding]:
    """Yield a finding for each key that cannot be used, without a part of it."""
    try:
        server.require_key()
    except Misconfigured as error:
        yield Finding("login", False, str(error))
    if not server.keys.private_key:
        return
    try:
        with tempfile.TemporaryDirectory(prefix="key-") as folder:
            try_key(server.keys, Path(folder), connector)
    except (Misconfigured, RetryLater) as error:
        yield Finding("pgp key", False, str(error))


def unusable_keys_of(connectors: Iterable[Connector], settings: Settings) -> Iterator[str]:
    """Yield a sentence for each key of connectors that cannot be used, and its consequence."""
    for connector in connectors:
        open_server = kind_of(connector).open_server
        if open_server is not None:
            server = open_server(connector, timeouts_of(settings))
            for finding in unusable_keys(server, connector.name):
                yield f"{finding.text}; {CONSEQUENCES[finding.check]}"


def read_connectors(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[Connector]:
    """Yield the connectors to files of a configuration that give all their secrets anew."""
    for name, document in without_nulls(documents).items():
        if KINDS[document["kind"]].open_server and STORED_SECRET not in document.values():
            yield record_reading.connector(name, document)
