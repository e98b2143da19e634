"""Algorithms of SSH: the sets that a connector may choose."""

from collections.abc import Mapping

LEGACY_KEYS = ("ssh-rsa", "ssh-dss")
# Algorithms added to the modern sets for old servers. Of SHA-1 and CBC it is known that they are weak.
LEGACY: Mapping[str, str] = {
    "kex_algs": "diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1",
    "encryption_algs": "aes256-cbc,aes192-cbc,aes128-cbc,3des-cbc",
    "mac_algs": "hmac-sha1",
}
MODERN_HOST_KEYS = (
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256"
)
# Kinds of host keys, each alone: a server that has several shows the one that is asked for.
HOST_KEY_KINDS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521",
    "rsa-sha2-512,rsa-sha2-256",
)
MODERN: Mapping[str, str] = {
    "kex_algs": "-diffie-hellman-group14-sha1,gss-*",
    "mac_algs": "-hmac-sha1*",
}
LEGACY_ADVICE = 'if the server is old, algorithms = "legacy" in the connector takes more'


def options_of(algorithms: str) -> dict[str, str]:
    """Return asyncssh's options for "modern" or "legacy"."""
    if algorithms == "modern":
        return {**MODERN, "server_host_key_algs": MODERN_HOST_KEYS, "signature_algs": MODERN_HOST_KEYS}
    host_keys = ",".join((MODERN_HOST_KEYS, *LEGACY_KEYS))
    added = {name: f"+{more}" for name, more in LEGACY.items()}
    return {**added, "server_host_key_algs": host_keys, "signature_algs": host_keys}
