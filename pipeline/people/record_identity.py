"""Identity of the person of a record: digests of it, and the handles that it names."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from pipeline.model.source_record import SourceRecord

Key = tuple[str, str, str]  # kind, scope and value of a handle

RIID = re.compile(r"0*([1-9][0-9]{0,19}|0)")
PEOPLE = ("Contact", "Lead")
RANKS = {"Contact": 0, "Account": 1, "Lead": 2}  # an account that is a person
ELSE = 3
RECENT = 6144  # digests of names and addresses that are kept: those of three pages
encode = msgspec.json.Encoder(order="sorted").encode


def digest_of(record: SourceRecord) -> int:
    """Return 63 bits of all that identifies a record's person; equal: nothing has changed."""
    if record.identity is None:
        said = (record.table, record.gone, record.survivor, record.contact, record.email, record.family)
        further = (record.riid, record.keys, record.fields.get("IsPersonAccount"))
        record.identity = short_digest(encode(said + further))
    return record.identity


def is_person(record: SourceRecord) -> bool:
    """Whether a record is that of a person: a contact, a lead, or another one that identifies a person."""
    return not record.people and (record.table in PEOPLE or bool(record.email or record.riid or record.keys))


def tells_anything(record: SourceRecord) -> bool:
    """Whether anything but its id is known of a record; if not, its next reading counts as the first."""
    return bool(record.gone or record.email or record.family or record.riid or record.keys)


def family_of(record: SourceRecord) -> int | None:
    """Return a digest of the family name, whatever its case and spaces; None: it is not known."""
    return digest_of_name(record.family)


@lru_cache(RECENT)
def digest_of_name(name: str) -> int | None:
    """Return a digest of a name; it is asked for several times while a record is linked."""
    name = " ".join(name.split()).casefold()
    return short_digest(name.encode()) if name else None


def rank_of(record: SourceRecord) -> int:
    """Return the place of a kind of record among those of one person; the lowest is the primary."""
    return 1 if record.fields.get("IsPersonAccount") else RANKS.get(record.table, ELSE)


def own_key(record: SourceRecord) -> Key:
    """Return the record's own handle."""
    return "salesforce", record.org, record.id


def address_key(record: SourceRecord) -> Key | None:
    """Return the handle of its address; None: it has none."""
    return key_of_address(record.email)


@lru_cache(RECENT)
def key_of_address(address: str) -> Key | None:
    """Return the handle of an address, whatever its case; it is asked for several times, as names are."""
    address = address.strip().lower()
    return ("email", "", sha256(address)) if address else None


def named_keys(record: SourceRecord, account: str) -> Iterator[Key]:
    """Give the handles that a record carries; ``account``: the one of its RIID."""
    if address := address_key(record):
        yield address
    if riid := riid_of(record.riid):
        yield "riid", account, riid
    for name, value in record.keys.items():
        if value:
            yield "key", name, sha256(str(value))


def riid_of(text: Any) -> str:
    """Return the digits of a RIID without leading zeros; "": it is none."""
    match = RIID.fullmatch(str(text).strip()) if text != "" else None
    return match[1] if match else ""


def sha256(text: str) -> str:
    """Return the hexadecimal digest of a text."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def short_digest(data: bytes) -> int:
    """Return a digest as a number that every store takes."""
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") >> 1
