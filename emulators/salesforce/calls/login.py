"""Logins: the token endpoint with client credentials and with a JWT.

Source: the reference, 1.1, 1.2 and 7: the audience is the org's own host unless the app accepts another.
"""

import base64
import binascii
import time
from typing import Any
from urllib.parse import parse_qs

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from emulators.salesforce.messages.bodies import json_answer
from emulators.salesforce.messages.errors import LoginError
from emulators.salesforce.state.emulator import Emulator
from emulators.salesforce.state.logins import App
from emulators.serving.messages import Answer, Request

FORM = "application/x-www-form-urlencoded"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SKEW = 180  # seconds


def log_in(emulator: Emulator, request: Request) -> Answer:
    """Answer a request for a token; raises LoginError."""
    if not request.has_type(FORM):
        raise refused("unsupported_grant_type", "grant type not supported", f"Content-Type is not {FORM}")
    form = {name: values[0] for name, values in parse_qs(request.body.decode("latin-1")).items()}
    grant = form.get("grant_type")
    if grant == "client_credentials":
        check_credentials(emulator, request, form)
    elif grant == JWT_GRANT:
        check_assertion(emulator, request, form.get("assertion", ""))
    else:
        raise refused("unsupported_grant_type", "grant type not supported", f"grant_type is {grant}")
    return token_answer(emulator, request)


def token_answer(emulator: Emulator, request: Request) -> Answer:
    """Hand out a token of the API's user."""
    org, now = emulator.org, emulator.clock()
    host = f"http://{request.header(b'host')}"
    return json_answer(
        {
            "access_token": emulator.logins.issue(org.id, org.api_user, now, emulator.behaviour.token_life),
            "signature": "c2lnbmF0dXJl",
            "token_format": "opaque",
            "instance_url": host,
            "id": f"{host}/id/{org.id}/{org.api_user}",
            "token_type": "Bearer",
            "issued_at": str(int(now * 1000)),
        }
    )


def check_credentials(emulator: Emulator, request: Request, form: dict[str, str]) -> None:
    """Check id and secret, from the form or from Basic; raises LoginError."""
    name, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, encoded = request.header(b"authorization").partition(" ")
    if scheme == "Basic":
        try:
            name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise refused("invalid_client", "invalid client credentials", "Basic is not base64") from error
    app = find_app(emulator, name)
    if not app.client_secret or app.client_secret != secret:
        raise LoginError("invalid_client", "invalid client credentials")
    if not app.has_run_as_user:
        raise LoginError("invalid_grant", "no client credentials user enabled")


def check_assertion(emulator: Emulator, request: Request, assertion: str) -> None:
    """Check a signed assertion; raises LoginError."""
    signed, _, signature = assertion.rpartition(".")
    try:
        head, claims = (msgspec.json.decode(unpadded(part)) for part in signed.split("."))
        given = unpadded(signature)
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise refused("invalid_grant", "invalid assertion", "the assertion is no JWT") from error
    app = find_app(emulator, claims.get("iss", ""))
    if head.get("alg") != "RS256":
        raise refused("invalid_grant", "invalid assertion", f"alg is {head.get('alg')}, not RS256")
    check_signature(app, signed.encode(), given)
    check_claims(emulator, request, app, claims)


def check_signature(app: App, signed: bytes, signature: bytes) -> None:
    """Check the signature against the app's certificate; raises LoginError."""
    key = serialization.load_pem_public_key(app.public_key.encode()) if app.public_key else None
    if not isinstance(key, rsa.RSAPublicKey):
        raise LoginError("invalid_grant", "user hasn't approved this consumer")
    try:
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise LoginError("invalid_grant", "invalid assertion") from error


def check_claims(emulator: Emulator, request: Request, app: App, claims: dict[str, Any]) -> None:
    """Check user, audience and end of an assertion; raises LoginError."""
    host = request.header(b"host")
    if claims.get("aud") not in {f"http://{host}", f"https://{host}", *app.audiences}:
        raise LoginError("invalid_grant", "Audience validation failed")
    if claims.get("prn", claims.get("sub")) != app.username:
        raise LoginError("invalid_grant", "user hasn't approved this consumer")
    if not isinstance(claims.get("exp"), int) or claims["exp"] < time.time() + emulator.ahead - SKEW:
        raise LoginError("invalid_grant", "expired authorization code")


def find_app(emulator: Emulator, client_id: str) -> App:
    """Return an app; raises LoginError."""
    app = emulator.logins.apps.get(client_id)
    if app is None:
        raise LoginError("invalid_client_id", "client identifier invalid")
    return app


def unpadded(text: str) -> bytes:
    """Return the bytes of base64url without its padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def refused(error: str, description: str, violation: str) -> LoginError:
    """Return the refusal of a login that no careful client tries."""
    return LoginError(error, description, violation)
