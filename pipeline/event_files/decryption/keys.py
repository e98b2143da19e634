"""Keys for Sequoia's decryptor, which takes the first key of a certificate that may encrypt.

In some certificates of GnuPG the primary key may encrypt as well, but GnuPG encrypts for the subkey, so the
decryptor takes the wrong one. A variant of the certificate with a public primary key and one subkey leaves it
no choice.
"""

from collections.abc import Iterator

import pysequoia
from pysequoia.packet import Packet, PacketPile, Tag

from pipeline.event_files.decryption.request import EXPORT, UnusableKey

NUMBERS = {1: 2, 2: 2, 3: 2, 16: 3, 17: 4}  # multi-precision numbers of a public key, by its algorithm
CURVES = (19, 22)  # an identifier, then one number
FIXED = {25: 32, 27: 32}  # bytes
NEW_FORM, FOUR_BYTES, PUBLIC_KEY = 0xC0, 0xFF, 6
FIXED_HEAD = 6  # version, time and algorithm


def variants(armored: str) -> Iterator["pysequoia.Tsk"]:
    """Yield the key as it is, then with each of its subkeys alone; raises UnusableKey."""
    try:
        yield pysequoia.Tsk.from_bytes(armored.encode())
        packets = list(PacketPile.from_bytes(armored.encode()))
    except RuntimeError:
        raise UnusableKey(f"pgp_private_key: is no private OpenPGP key, or more than one; {EXPORT}") from None
    subkeys = [place for place, packet in enumerate(packets) if packet.tag == Tag.SecretSubkey]
    primary = public_part(packets[0]) if packets else None
    if primary is None or not subkeys:
        return
    for place in subkeys:
        head = [bytes(packet) for packet in packets[1 : subkeys[0]]]
        yield pysequoia.Tsk.from_bytes(b"".join([primary, *head, *with_signatures(packets, place)]))


def with_signatures(packets: list["Packet"], place: int) -> Iterator[bytes]:
    """Yield a subkey and the signatures that follow it."""
    yield bytes(packets[place])
    for packet in packets[place + 1 :]:
        if packet.tag != Tag.Signature:
            return
        yield bytes(packet)


def public_part(packet: "Packet") -> bytes | None:
    """Return the public key of a private one; None: its algorithm is not known here."""
    body = bytes(packet.body)
    algorithm, end = body[FIXED_HEAD - 1], FIXED_HEAD
    if algorithm in FIXED:
        end += FIXED[algorithm]
    elif algorithm in CURVES:
        end += 1 + body[end]
        end += number_size(body, end)
    elif algorithm in NUMBERS:
        for _ in range(NUMBERS[algorithm]):
            end += number_size(body, end)
    else:
        return None
    public = body[:end]
    return bytes([NEW_FORM | PUBLIC_KEY, FOUR_BYTES]) + len(public).to_bytes(4, "big") + public


def number_size(body: bytes, place: int) -> int:
    """Return the bytes of a multi-precision number, its length included."""
    return 2 + (int.from_bytes(body[place : place + 2], "big") + 7) // 8
