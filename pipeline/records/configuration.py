"""Read a configuration file and check it whole: every problem is reported at once, with its path."""

import sys
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from pipeline.errors import Misconfigured
from pipeline.records.documents import KEEP, Documents, secrets_of
from pipeline.records.kinds import connector_documents, destination_documents
from schemas.configuration import configuration_schema
from schemas.configuration_fields import not_there
from schemas.document import paths

STANDARD_INPUT = "-"


def read(
    file: str, environ: Mapping[str, str], stored: Collection[str], sources: Collection[str] = ()
) -> Documents:
    """Return what ``file`` describes, its secrets found.

    ``stored`` are the connectors that are stored, ``sources`` the sources that are.

    Raises Misconfigured, and then nothing of the file is to be used.
    """
    documents, problems = checked(parse(file))
    folder = Path() if file == STANDARD_INPUT else Path(file).parent
    problems += unknown_connectors(documents, stored)
    for section, known in (("connectors", stored), ("sources", sources)):
        problems += find_secrets(section, documents.get(section, {}), known, environ, folder)
    if problems:
        raise Misconfigured("\n".join(f"{shown(file)}: {problem}" for problem in problems))
    return documents


def parse(file: str) -> dict[str, Any]:
    """Read TOML."""
    try:
        content = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        raise Misconfigured(f"{shown(file)}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Misconfigured(f"{shown(file)}: is not text in UTF-8 (at line {line})") from error
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{shown(file)}: is not TOML: {error}") from error
    except RecursionError:
        raise Misconfigured(f"{shown(file)}: is not TOML: it is nested too deeply") from None


def checked(data: Mapping[str, Any]) -> tuple[dict[str, dict[str, dict[str, Any]]], list[str]]:
    """Return what is good of ``data`` and what is wrong with the rest."""
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
    """Say which destinations name a connector that is neither in the file nor stored."""
    known = {*documents.get("connectors", {}), *stored}
    return [
        f"destinations.{name}.connector: {not_there(document['connector'], 'a connector', known)}"
        for name, document in documents.get("destinations", {}).items()
        if document.get("connector", next(iter(known), None)) not in known
    ]


def find_secrets(
    section: str,
    documents: Mapping[str, dict[str, Any]],
    stored: Collection[str],
    environ: Mapping[str, str],
    folder: Path,
) -> list[str]:
    """Put secrets into their places; return why some were not to be found."""
    problems = []
    for name, document in documents.items():
        for key in [key for key in secrets_of(section, document) if key in document]:
            try:
                document[key] = secret(document[key], environ, folder, kept=name in stored)
            except Misconfigured as error:
                problems.append(f"{section}.{name}.{key}: {error}")
    return problems


def secret(value: Any, environ: Mapping[str, str], folder: Path, *, kept: bool) -> Any:
    """Return a secret from where it is; the mark for a stored one stays what it is."""
    if isinstance(value, str):
        return value
    if value == KEEP:
        if not kept:
            raise Misconfigured("there is none stored that could be kept; give it once")
        return value
    if "env" in value:
        if not environ.get(value["env"]):
            raise Misconfigured(f"the environment variable {value['env']} is not set")
        return environ[value["env"]]
    return from_file(folder / value["file"])


def from_file(path: Path) -> str:
    """Return what a file holds, without the line end behind it."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path} is not text in UTF-8") from error
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise Misconfigured(f"{path} is empty")
    return text


def shown(file: str) -> str:
    """Name the file to a person."""
    return "standard input" if file == STANDARD_INPUT else file
