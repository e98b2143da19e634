"""Run the child process of decryption, and understand its outcome."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import Misconfigured, RetryLater
from pipeline.event_files.decryption.message_kind import kind_of_message
from pipeline.event_files.decryption.request import TRY, DecryptionRequest
from pipeline.event_files.plain_file import FileFailed
from pipeline.event_files.spool_errors import unusable_spool
from pipeline.model.file_server import OpenPgp

KINDS = {
    "signed": "it is only signed, not encrypted",
    "empty": "",
    "other": "it is no OpenPGP message",
}


def decrypt_file(source: Path, target: Path, keys: OpenPgp, connector: str) -> None:
    """Write the plaintext of a message to ``target``.

    Raises:
        FileFailed: the message cannot be read, with the reason.
        Misconfigured: the key of the connector cannot be used.
        RetryLater: the child was killed, or the disk is full.
    """
    if not keys.private_key:
        raise FileFailed(f"it is encrypted, and connectors.{connector}.pgp_private_key is not given")
    kind = kind_of_message(source)
    if kind == "empty":
        target.touch(mode=0o600)
        return
    if kind != "encrypted":
        raise FileFailed(KINDS[kind])
    request = DecryptionRequest(source, target, keys.private_key, keys.passphrase)
    outcome = run_child(request, command_of(keys.library))
    if outcome:
        target.unlink(missing_ok=True)  # its plaintext came before the error
    if "unreadable" in outcome:
        raise FileFailed(outcome["unreadable"])
    if "unusable_key" in outcome:
        raise Misconfigured(f"connectors.{connector}.{outcome['unusable_key']}")
    if "trouble" in outcome:
        raise unusable_spool(outcome["trouble"])


def try_key(keys: OpenPgp, folder: Path, connector: str) -> None:
    """Open a key, and no file; ``folder``: a private one, for the time of the trial.

    Raises Misconfigured or RetryLater, as ``decrypt_file`` does.
    """
    request = DecryptionRequest(folder, folder / "none", keys.private_key, keys.passphrase)
    outcome = run_child(request, [*command_of(keys.library), TRY])
    if "unusable_key" in outcome:
        raise Misconfigured(f"connectors.{connector}.{outcome['unusable_key']}")
    if "trouble" in outcome:
        raise unusable_spool(outcome["trouble"])


def run_child(request: DecryptionRequest, command: Sequence[str]) -> dict[str, str]:
    """Return the outcome of a child; the request goes by its standard input."""
    run = subprocess.run(command, input=request.dumps(), capture_output=True, check=False)  # noqa: S603
    try:
        outcome: dict[str, str] = json.loads(run.stdout)
    except ValueError:
        raise RetryLater("DecryptionEnded", "the process that decrypts was ended") from None
    return outcome


def command_of(library: str) -> list[str]:
    """Return the command of a child that uses a library."""
    return [sys.executable, "-m", "pipeline.event_files.decryption", library]
