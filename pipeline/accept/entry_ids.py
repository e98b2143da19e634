"""Entry ids: how a repeated activation is recognised."""

import re
from hashlib import blake2b

import msgspec
from msgspec import Struct

from pipeline.model.activation import Activation

GENERATED_ID = re.compile(r"([0-9a-z]+)-([0-9]+)-[0-9]+")  # as producers make them: producer, chunk, index

# Kinds of duplicate keys, as accept.lua reads them.
CHOSEN = "i"  # accepted once per window for each profile and call type
GENERATED = "g"  # the same, and known if its producer appended this chunk, or a later one, before
REPLAY = "r"  # accepted once per window, and not counted as received

UNKNOWN_CONTENT = "1"  # remembered instead of a digest, for an id that is a repeat whatever its content
_encode = msgspec.json.Encoder(order="sorted").encode


class DuplicateKey(Struct, frozen=True, gc=False):
    """The key by which a repeat of an activation is recognised."""

    kind: str
    digest: str  # of the id, with profile and call type; the part that is remembered
    producer: str = ""  # of a generated id, like the number of its chunk
    chunk: str = ""
    former: str = ""  # digest of a chosen id alone, as the version before remembered it
    content: str = UNKNOWN_CONTENT  # a whole number below 2^63, which Redis keeps in eight bytes

    def encode(self) -> str:
        """Write it for accept.lua: "i<digest>:<former>", "g<producer>:<chunk>:<digest>" or "r<digest>".

        If the content counts, "=<content>" follows.
        """
        content = "" if self.content == UNKNOWN_CONTENT else f"={self.content}"
        if self.kind == GENERATED:
            return f"{self.kind}{self.producer}:{self.chunk}:{self.digest}{content}"
        former = f":{self.former}" if self.former else ""
        return f"{self.kind}{self.digest}{former}{content}"


def duplicate_key_of(activation: Activation) -> DuplicateKey | None:
    """Return the key of an activation; None if it has no id, as its producer then appends it only once."""
    if activation.replay:
        digest = digest_of(f"replay {activation.replay}")
        return DuplicateKey(REPLAY if activation.destination else CHOSEN, digest)
    if activation.id is None:
        return None
    digest = digest_of(f"{activation.call_type} {activation.profile_id}\n{activation.id}")
    if generated := GENERATED_ID.fullmatch(activation.id):  # or a chosen one such as "2026-11-29"
        return DuplicateKey(GENERATED, digest, generated[1], generated[2], content=content_of(activation))
    return DuplicateKey(CHOSEN, digest, former=digest_of(activation.id), content=content_of(activation))


def content_of(activation: Activation) -> str:
    """Return a digest of an activation's content; its time does not count: a producer may give it.

    That of a person counts for nothing: rules ask under one id for whatever the newest record says.
    """
    if activation.profile_id.startswith("person:"):
        return UNKNOWN_CONTENT
    said = msgspec.structs.replace(activation, bulk=False, auto_id=None, occurred_at=None)
    return str(int.from_bytes(blake2b(_encode(said), digest_size=8).digest()) >> 1)


def digest_of(chosen_id: str) -> str:
    """Shorten an id for a key name, in which it must not be legible."""
    return blake2b(chosen_id.encode(), digest_size=16).hexdigest()
