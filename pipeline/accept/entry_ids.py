"""Entry ids: how a repeated activation is recognised."""

import re
from hashlib import blake2b

from pipeline.model.activation import Activation

GENERATED_ID = re.compile(r"([0-9a-z]+)-([0-9]+)-[0-9]+")  # as producers make them: producer, chunk, index


def mark_of(activation: Activation) -> tuple[str, str]:
    """Return how accept.lua recognises a repeat, and the digest it remembers; "" when ids are our own."""
    if activation.replay:
        digest = digest_of(f"replay {activation.replay}")
        return f"r{digest}" if activation.destination else f"i{digest}", digest
    if activation.id is None:
        return "", ""
    digest = digest_of(activation.id)
    generated = GENERATED_ID.fullmatch(activation.id)
    if generated:
        return f"g{generated[1]}:{generated[2]}:{digest}", digest
    return f"i{digest}", digest


def digest_of(chosen: str) -> str:
    """Shorten an id for a key name, which it must not be legible in."""
    return blake2b(chosen.encode(), digest_size=16).hexdigest()
