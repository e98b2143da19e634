"""Sources of secrets: a configuration file may name a variable or a file in the place of a secret."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import Misconfigured
from pipeline.records.document_secrets import STORED_SECRET, secrets_of

MAX_BYTES = 1 << 20  # of the file of one secret


def find_secrets(
    section: str,
    documents: Mapping[str, dict[str, Any]],
    stored: Collection[str],
    environ: Mapping[str, str],
    folder: Path,
) -> list[str]:
    """Put secrets into their places; return a problem for each that was not found."""
    problems = []
    for name, document in documents.items():
        for key in [key for key in secrets_of(section, document) if key in document]:
            try:
                document[key] = find_secret(document[key], environ, folder, is_stored=name in stored)
            except Misconfigured as error:
                problems.append(f"{section}.{name}.{key}: {error}")
    return problems


def find_secret(value: Any, environ: Mapping[str, str], folder: Path, *, is_stored: bool) -> Any:
    """Return a secret, read from the environment or a file if it names one; STORED_SECRET stays as it is."""
    if isinstance(value, str):
        return value
    if value == STORED_SECRET:
        if not is_stored:
            raise Misconfigured("there is none stored that could be kept; give it once")
        return value
    if "env" in value:
        return secret_in_environment(value["env"], environ)
    return secret_in_file(folder / value["file"])


def secret_in_environment(name: str, environ: Mapping[str, str]) -> str:
    """Return the text of a variable."""
    text = environ.get(name)
    if not text:
        raise Misconfigured(f"the environment variable {name} is not set")
    if any("\ud800" <= character <= "\udfff" for character in text):  # Python's form of other bytes
        raise Misconfigured(f"the environment variable {name} is not text in UTF-8")
    return text


def secret_in_file(path: Path) -> str:
    """Return the text of a file without the line end at its end."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise Misconfigured(f"{path} has more than {MAX_BYTES >> 20} MiB")
        text = content.decode().replace("\r\n", "\n")
    except OSError as error:
        raise Misconfigured(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path} is not text in UTF-8") from error
    except ValueError as error:
        raise Misconfigured("the name of the file holds a NUL character") from error
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise Misconfigured(f"{path} is empty")
    return text
