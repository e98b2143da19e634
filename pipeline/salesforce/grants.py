"""Grants: the two ways by which a server logs in, as forms for the token endpoint.

Source: ``sf.remoteaccess_oauth_jwt_flow.htm``; Connect REST API guide, ``quickstart_connecting.htm``.
"""

import base64
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from pipeline.errors import Misconfigured
from pipeline.salesforce.connector import SalesforceConnector

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE = 180  # seconds of an assertion
LEAST_BITS = 2048
HEADER = b'{"alg":"RS256"}'


def form_of(connector: SalesforceConnector, now: float | None = None) -> Mapping[str, str]:
    """Return the form of a login; raises Misconfigured where the key cannot be used."""
    if connector.login == "jwt":
        return {
            "grant_type": JWT_GRANT,
            "assertion": assertion(connector, time.time() if now is None else now),
        }
    return {
        "grant_type": "client_credentials",
        "client_id": connector.client_id,
        "client_secret": connector.client_secret,
    }


def assertion(connector: SalesforceConnector, now: float) -> str:
    """Return a signed assertion for the connector's user."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    claims = {
        "iss": connector.client_id,
        "sub": connector.username,
        "aud": connector.audience or connector.host,
        "exp": int(now) + LIFE,
    }
    signed = packed(HEADER) + b"." + packed(msgspec.json.encode(claims))
    key = read_private_key(connector.private_key)
    return (signed + b"." + packed(key.sign(signed, padding.PKCS1v15(), hashes.SHA256()))).decode()


def read_private_key(text: str) -> Any:
    """Return the key of a JWT; raises Misconfigured where it is none that Salesforce takes."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(text.strip().encode() + b"\n", password=None)
    except TypeError:
        raise Misconfigured("private_key is protected: give it without a passphrase") from None
    except ValueError:
        raise Misconfigured("private_key is no key in PEM: -----BEGIN PRIVATE KEY-----") from None
    if not isinstance(key, RSAPrivateKey):
        raise Misconfigured("private_key must be an RSA key: Salesforce takes RS256 alone")
    if key.key_size < LEAST_BITS:
        raise Misconfigured(f"private_key has {key.key_size} bits: {LEAST_BITS} are the least")
    return key


def packed(content: bytes) -> bytes:
    """Return base64url without its padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=")
