"""Configuration files: read and checked whole; every problem is reported at once, with its path."""

import sys
import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from pipeline.errors import Misconfigured
from pipeline.records.agreement import kinds_that_differ
from pipeline.records.documents import USERS_OF_CONNECTORS, Documents
from pipeline.records.kinds import KINDS, connector_documents, destination_documents
from pipeline.records.mapping_agreement import unknown_mappings
from pipeline.records.secret_sources import find_secrets
from pipeline.records.source_users import unknown_sources
from schemas.channel import SECRET_PROBLEMS
from schemas.configuration import configuration_schema
from schemas.configuration_fields import not_there
from schemas.document import paths

STANDARD_INPUT = "-"
MAX_BYTES = 16 << 20


def read_configuration(
    file: str,
    environ: Mapping[str, str],
    stored: Collection[str],
    sources: Collection[str] = (),
    channels: Collection[str] = (),
    mappings: Collection[str] = (),
    stored_kinds: Callable[[], Mapping[str, str]] = dict,
) -> Documents:
    """Return the records that ``file`` describes, with their secrets.

    ``stored``: the names of stored connectors. ``sources``, ``channels``, ``mappings``: those of stored ones.
    ``stored_kinds``: asked, if anything is wrong, for the kinds of the stored connectors.

    Raises Misconfigured with all problems; then nothing of the file may be used.
    """
    documents, problems = check_document(parse_toml(file))
    folder = Path() if file == STANDARD_INPUT else Path(file).parent
    problems += unknown_connectors(documents, stored)
    problems += unknown_channels(documents, channels)
    problems += unknown_mappings(documents, mappings)
    problems += unknown_sources(documents, sources)
    for section, known in (("connectors", stored), ("sources", sources), ("channels", channels)):
        problems += find_secrets(section, documents.get(section, {}), known, environ, folder)
    problems += unusable_secrets(documents.get("channels", {}))
    problems += unusable_keys(documents.get("connectors", {}))
    if problems:
        kept = {name: {"kind": kind} for name, kind in stored_kinds().items()}
        problems += kinds_that_differ({**documents, "connectors": kept | documents.get("connectors", {})})
        raise Misconfigured("\n".join(f"{file_title(file)}: {problem}" for problem in problems))
    return documents


def parse_toml(file: str) -> dict[str, Any]:
    """Read TOML; raises Misconfigured with the line of a mistake."""
    try:
        content = read_content(file)
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        raise Misconfigured(f"{file_title(file)}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Misconfigured(f"{file_title(file)}: is not text in UTF-8 (at line {line})") from error
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{file_title(file)}: is not TOML: {error}") from error
    except ValueError as error:  # a number of more digits than Python reads
        raise Misconfigured(f"{file_title(file)}: is not TOML: a number has too many digits") from error
    except RecursionError:
        raise Misconfigured(f"{file_title(file)}: is not TOML: it is nested too deeply") from None


def read_content(file: str) -> bytes:
    """Read a file of ``MAX_BYTES`` at most; raises Misconfigured if there is more."""
    with sys.stdin.buffer if file == STANDARD_INPUT else Path(file).open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Misconfigured(f"{file_title(file)}: has more than {MAX_BYTES >> 20} MiB")
    return content


def check_document(data: Mapping[str, Any]) -> tuple[dict[str, dict[str, dict[str, Any]]], list[str]]:
    """Return the valid records of ``data``, and the problems of the rest."""
    try:
        return configuration_schema(connector_documents(), destination_documents()).load(data), []
    except ValidationError as error:
        good = error.valid_data if isinstance(error.valid_data, dict) else {}
        sections = {
            section: {name: document for name, document in found.items() if document}
            for section, found in good.items()
        }
        return sections, paths(error.messages)


def unknown_connectors(documents: Documents, stored: Collection[str]) -> list[str]:
    """Return a problem for each connector that a record names and that is not there."""
    known = {*documents.get("connectors", {}), *stored}
    return [
        f"{section}.{name}.connector: {not_there(document['connector'], 'a connector', known)}"
        for section in USERS_OF_CONNECTORS
        for name, document in documents.get(section, {}).items()
        if "connector" in document and document["connector"] not in known
    ]


def unknown_channels(documents: Documents, stored: Collection[str]) -> list[str]:
    """Return a problem for each channel of a rule that is neither in the file nor stored."""
    known = {*documents.get("channels", {}), *stored}
    return [
        f"alerts.{name}.channels: {not_there(channel, 'a channel', known)}"
        for name, document in documents.get("alerts", {}).items()
        for channel in document.get("channels") or ()
        if channel not in known
    ]


def unusable_secrets(channels: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a problem for each secret of a channel that was read from elsewhere and cannot be used."""
    return [
        f"channels.{name}.{key}: {problem}"
        for name, document in channels.items()
        for key, check in SECRET_PROBLEMS.items()
        if isinstance(document.get(key), str) and (problem := check(document[key]))
    ]


def unusable_keys(connectors: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a problem for each secret of a connector that its outside system would not take."""
    return [
        f"connectors.{name}.{key}: {problem.removeprefix(key).strip()}"
        for name, document in connectors.items()
        if document.get("kind") in KINDS
        for key, read in KINDS[document["kind"]].secret_readers.items()
        if isinstance(document.get(key), str) and (problem := problem_of(document[key], read))
    ]


def problem_of(secret: str, read: Callable[[str], Any]) -> str:
    """Return why a secret cannot be read, "" if it can."""
    try:
        read(secret)
    except Misconfigured as error:
        return str(error)
    return ""


def file_title(file: str) -> str:
    """Name the file in a message."""
    return "standard input" if file == STANDARD_INPUT else file
