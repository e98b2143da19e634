"""The key of a record that is made for one activation: the activation's id."""

from hashlib import sha256

from pipeline.model.activation import Activation, encode


def key_of(row: Activation, longest: int) -> str:
    """Return the id of an activation, hashed where a field of ``longest`` characters is too short for it."""
    key = row.id or row.auto_id or sha256(encode(row)).hexdigest()
    return key if len(key) <= longest else sha256(key.encode()).hexdigest()[:longest]
