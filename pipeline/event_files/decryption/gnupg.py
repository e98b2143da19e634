"""Decryption with the gpg binary: it also reads ciphers that modern libraries refuse.

The key is imported into a home of its own beside the target, and goes with that folder. The socket of gpg's
agent needs a short path, hence the link to the home.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.event_files.decryption.request import EXPORT, DecryptionRequest, UnreadableMessage, UnusableKey

QUIET = ("--batch", "--yes", "--no-tty", "--quiet", "--pinentry-mode", "loopback", "--passphrase-fd", "0")
DECRYPTED, INTACT, UNPROTECTED = "DECRYPTION_OKAY", "GOODMDC", "DECRYPTION_INFO 0 "
STATUS = "[GNUPG:] "
WRONG_PASSPHRASE = "pgp_passphrase: is not the passphrase of pgp_private_key, which is protected"  # noqa: S105
NEWER = 'pgp = "sequoia" in the connector may read it'


def decrypt(request: DecryptionRequest) -> None:
    """Write the plaintext to the target; after an error its content must not be used.

    Raises OSError if the message is whole and the disk does not take its plaintext.
    """
    require_gpg()
    with home_beside(request.target) as home:
        import_key(home, request)
        # A message without protection against changes is read; with it, the check is required below.
        options = ("--ignore-mdc-error", "--skip-verify", "--output", str(request.target), "--decrypt")
        code, output = run_gpg(home, request, *options, str(request.source))
        status = [line.removeprefix(STATUS) for line in output.splitlines() if line.startswith(STATUS)]
        if DECRYPTED not in status or not is_whole(status):
            raise failure_of(status)
        if code:
            raise OSError("gpg could not write the plaintext")


def try_key(request: DecryptionRequest) -> None:
    """Import the key, and open it with its passphrase; raises UnusableKey."""
    require_gpg()
    with home_beside(request.target) as home:
        import_key(home, request)
        code, _ = run_gpg(home, request, "--output", str(home / "opened"), "--export-secret-keys")
        if code:
            raise UnusableKey(WRONG_PASSPHRASE)


def require_gpg() -> None:
    """Raise UnusableKey if the program is not there."""
    if shutil.which("gpg") is None:
        raise UnusableKey('pgp: there is no gpg on this machine, which pgp = "gnupg" needs')


def import_key(home: Path, request: DecryptionRequest) -> None:
    """Import the private key; raises UnusableKey."""
    key = home / "key"
    key.touch(mode=0o600)
    key.write_text(request.private_key, "utf-8")
    code, output = run_gpg(home, request, "--import", str(key))
    if code or "IMPORT_OK" not in output:
        raise UnusableKey(f"pgp_private_key: is no private OpenPGP key that gpg can read; {EXPORT}")


def run_gpg(home: Path, request: DecryptionRequest, *arguments: str) -> tuple[int, str]:
    """Run gpg, and return its exit code and its output; the passphrase goes by its standard input."""
    command = ["gpg", "--homedir", str(home), *QUIET, "--status-fd", "1", *arguments]
    passphrase = f"{request.passphrase}\n".encode()
    run = subprocess.run(command, input=passphrase, capture_output=True, check=False)  # noqa: S603
    return run.returncode, run.stdout.decode("utf-8", "replace")


def is_whole(status: list[str]) -> bool:
    """Tell whether the message was not altered, as far as it is protected against that."""
    return INTACT in status or any(line.startswith(UNPROTECTED) for line in status)


def failure_of(status: list[str]) -> Exception:
    """Say in words why a message was not decrypted."""
    words = {line.partition(" ")[0] for line in status}
    if "BEGIN_DECRYPTION" not in words:
        return UnreadableMessage(f"it is no OpenPGP message that gpg can read; {NEWER}")
    if "NEED_PASSPHRASE_SYM" in words:
        return UnreadableMessage("it is encrypted for a password, not for a key")
    if "DECRYPTION_INFO" in words:
        return UnreadableMessage("it was altered or cut")
    if "KEY_CONSIDERED" in words:
        return UnusableKey(WRONG_PASSPHRASE)
    return UnreadableMessage("it is encrypted for another key")


@contextmanager
def home_beside(target: Path) -> Iterator[Path]:
    """Give a short path to a home for gpg in the target's folder; the agent ends with it."""
    home = target.parent / "gpg"
    home.mkdir(mode=0o700)
    with tempfile.TemporaryDirectory(prefix="gpg-") as folder:
        link = Path(folder) / "h"
        link.symlink_to(home.resolve())
        try:
            yield link
        finally:
            if shutil.which("gpgconf"):
                subprocess.run(  # noqa: S603
                    ["gpgconf", "--homedir", str(link), "--kill", "gpg-agent"],  # noqa: S607
                    check=False,
                    capture_output=True,
                )
            shutil.rmtree(home, ignore_errors=True)
