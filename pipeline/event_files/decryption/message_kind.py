"""The kind of an OpenPGP message, by its first packet: a library also "decrypts" one that is only signed."""

import base64
import binascii
from pathlib import Path
from typing import Literal

HEAD = 4096  # bytes looked at
ARMOR = b"-----BEGIN PGP "
SESSION_KEYS, ENCRYPTED_DATA = (1, 3), (9, 18, 20)
SIGNED = (2, 4, 8, 11)  # signature, one-pass signature, compressed and literal data
MARKER = 10

Kind = Literal["encrypted", "signed", "empty", "other"]


def kind_of_message(path: Path) -> Kind:
    """Tell an encrypted message from one that is only signed, or none."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        return "empty"
    if head.lstrip().startswith(ARMOR):
        if head.lstrip().startswith(ARMOR + b"SIGNED"):
            return "signed"
        head = armored_bytes(head)
    tag = tag_of(head)
    if tag in (*SESSION_KEYS, *ENCRYPTED_DATA, MARKER):
        return "encrypted"
    return "signed" if tag in SIGNED else "other"


def armored_bytes(head: bytes) -> bytes:
    """Return the first bytes of an armored message."""
    lines = head.replace(b"\r\n", b"\n").lstrip().partition(b"\n\n")[2].split(b"\n")
    try:
        return base64.b64decode(lines[0].strip())
    except binascii.Error:
        return b""


def tag_of(head: bytes) -> int | None:
    """Return the tag of the first packet, of the old or the new form; None: it is no packet."""
    if not head or not head[0] & 0x80:
        return None
    return head[0] & 0x3F if head[0] & 0x40 else head[0] >> 2 & 0x0F
