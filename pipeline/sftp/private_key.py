"""Private keys of SSH: read once before each login, with one clear message for each way to be unusable."""

import asyncssh

from pipeline.errors import Misconfigured
from pipeline.sftp.connector import SftpConnector

PUTTY = "PuTTY-User-Key-File"
PUTTY_ADVICE = (
    "is a key of PuTTY: convert it to OpenSSH's format with `puttygen KEY.ppk -O private-openssh -o KEY`, "
    'or in PuTTYgen with "Conversions > Export OpenSSH key"'
)
PUBLIC = ("ssh-", "ecdsa-", "---- BEGIN SSH2 PUBLIC KEY")


def read_private_key(connector: SftpConnector) -> asyncssh.SSHKey:
    """Return the key that logs in; raises Misconfigured with the reason, never with a part of the key."""
    text, passphrase = connector.private_key.strip() + "\n", connector.private_key_passphrase
    where = f"connectors.{connector.name}"
    if text.startswith(PUTTY):
        raise Misconfigured(f"{where}.private_key: {PUTTY_ADVICE}")
    if text.startswith(PUBLIC):
        raise Misconfigured(f"{where}.private_key: is a public key: the private one is needed")
    if passphrase and not is_protected(text):
        raise Misconfigured(
            f"{where}.private_key_passphrase: the key is not protected: leave the passphrase out"
        )
    try:
        return asyncssh.import_private_key(text, passphrase or None)
    except ValueError as error:  # asyncssh's errors are some
        raise Misconfigured(f"{where}.{problem_of(str(error), passphrase)}") from None


def problem_of(error: str, passphrase: str) -> str:
    """Say in words why a key was not read, by the library's text."""
    if "decrypt" in error or "Incorrect passphrase" in error:
        return "private_key_passphrase: is not the key's passphrase"
    if "assphrase" in error and not passphrase:
        return "private_key: is protected by a passphrase: give private_key_passphrase"
    return (
        "private_key: is no private key in OpenSSH's format: give the whole file, from its BEGIN to its END"
    )


def is_protected(text: str) -> bool:
    """Tell whether a passphrase is needed to read a key."""
    try:
        asyncssh.import_private_key(text)
    except asyncssh.KeyImportError as error:
        return "assphrase" in str(error)
    return False
