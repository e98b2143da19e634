"""Logins: the apps that may log in, and the tokens that were handed out.

Source: ``xcloud.remoteaccess_oauth_flow_errors.htm``; the reference has the rest.
"""

import secrets

import msgspec

from emulators.salesforce.messages.errors import ApiError

EXPIRED = "Session expired or invalid"


class App(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An external client app."""

    client_id: str
    client_secret: str = ""
    has_run_as_user: bool = True  # the user of client credentials
    public_key: str = ""  # PEM, of the certificate for JWT
    username: str = "integration@acme.example"  # the one user that approved it
    audiences: list[str] = []  # accepted beside the own host


class Token(msgspec.Struct):
    """A live session."""

    user: str
    expires: float
    calls_left: int | None = None


class Logins:
    """Apps and tokens. Tokens end by time, when they are revoked, or after a number of calls."""

    def __init__(self) -> None:
        self.apps: dict[str, App] = {}
        self.tokens: dict[str, Token] = {}
        self.calls_per_token: int | None = None
        self.count = 0

    def issue(self, org_id: str, user: str, now: float, life: float) -> str:
        """Hand out a token; it begins with the short id of the org and ``!``."""
        text = f"{org_id[:15]}!AQ{secrets.token_urlsafe(60)}"
        self.tokens[text] = Token(user, now + life, self.calls_per_token)
        self.count += 1
        return text

    def user_of(self, header: str, now: float) -> str:
        """Return the user of an Authorization header; raises ApiError."""
        scheme, _, text = header.partition(" ")
        token = self.tokens.get(text)
        if scheme not in ("Bearer", "OAuth"):
            problem = "no Authorization header of the form: Bearer TOKEN"
            raise ApiError("INVALID_SESSION_ID", EXPIRED, violation=problem)
        if token is None or token.expires <= now or token.calls_left == 0:
            raise ApiError("INVALID_SESSION_ID", EXPIRED)
        if token.calls_left is not None:
            token.calls_left -= 1
        return token.user

    def revoke_all(self) -> int:
        """End all tokens; return how many."""
        count = len(self.tokens)
        self.tokens.clear()
        return count
