"""Logging in, and knowing a caller by the token.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Authentication.html
"""

import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import msgspec

from emulators.responsys.account import Account
from emulators.responsys.errors import ApiError, violated
from emulators.responsys.messages import Answer, Request, answer

if TYPE_CHECKING:
    from emulators.responsys.call import Call
    from emulators.responsys.emulator import Emulator

FORM = "application/x-www-form-urlencoded"
WELL_FORMED = re.compile("E[A-Za-z0-9_-]{53}")  # as every token that was ever recorded


class Token(msgspec.Struct):
    """A live or expired login."""

    text: str
    account: Account
    issued: float
    expires: float


class Tokens:
    """All tokens handed out; several of one user live side by side, none is ever called back."""

    def __init__(self) -> None:
        self.issued: dict[str, Token] = {}

    def issue(self, account: Account, now: float, life: float) -> Token:
        """Hand out a new token."""
        token = Token("E" + secrets.token_urlsafe(40)[:53], account, now, now + life)
        self.issued[token.text] = token
        return token

    def check(self, text: str, now: float) -> Account:
        """Return whose token this is."""
        token = self.issued.get(text)
        if token is None:
            complaint = None if WELL_FORMED.fullmatch(text) else complain(text)
            raise ApiError("INVALID_TOKEN", "Not a valid authentication token", violation=complaint)
        if token.expires <= now:
            raise ApiError("TOKEN_EXPIRED", "The authentication token has expired")
        return token.account

    def expire(self, account: Account | None, now: float) -> int:
        """End the tokens of ``account`` (None: of all) before their time; return how many."""
        live = [token for token in self.of(account) if token.expires > now]
        for token in live:
            token.expires = now
        return len(live)

    def forget(self, account: Account | None) -> int:
        """Forget tokens, so that they are unknown rather than expired; return how many."""
        gone = self.of(account)
        for token in gone:
            del self.issued[token.text]
        return len(gone)

    def of(self, account: Account | None) -> list[Token]:
        """Return the tokens of one account, or all."""
        return [token for token in self.issued.values() if account in (None, token.account)]


def complain(text: str) -> str:
    """Say what is wrong with an Authorization header that cannot be a token."""
    if not text:
        return "no Authorization header"
    if text.startswith("Bearer "):
        return "Authorization has a Bearer prefix; Responsys wants the bare token"
    return "Authorization does not hold a token as Responsys issues them"


def by_token(emulator: "Emulator", request: Request) -> Account:
    """Know the caller by the Authorization header."""
    return emulator.tokens.check(request.header(b"authorization"), emulator.clock())


def by_token_for_limits(emulator: "Emulator", request: Request) -> Account:
    """Know the caller, but fail as ``ratelimit`` does: with a 500."""
    try:
        return by_token(emulator, request)
    except ApiError as error:
        detail = "Not a valid authentication token"
        raise ApiError("UNEXPECTED_EXCEPTION", detail, violation=error.violation) from error


def by_form(emulator: "Emulator", request: Request) -> Account:
    """Know the caller by the user name in the form, or by the token that is to be renewed."""
    if request.query:
        raise violated("INVALID_PARAMETER", "login parameters belong in the body, never in the URL")
    if not request.has_type(FORM):
        raise violated("INVALID_REQUEST_CONTENT", f"Content-Type of a login is not {FORM}")
    form = read(request)
    if form.get("auth_type") == "token":
        return by_token(emulator, request)
    if form.get("auth_type") != "password":
        raise violated("INVALID_PARAMETER", 'auth_type is neither "password" nor "token"')
    account = emulator.account_of(form.get("user_name", ""))
    if account is None:
        raise ApiError("INVALID_USER_NAME_PASSWORD")
    return account


def login(call: "Call") -> Answer:
    """Hand out a token for a password or for a token that is still good."""
    form = read(call.request)
    password = call.account.users.get(form.get("user_name", ""))
    if form["auth_type"] == "password" and form.get("password") != password:
        raise ApiError("INVALID_USER_NAME_PASSWORD")
    emulator = call.emulator
    token = emulator.tokens.issue(call.account, emulator.clock(), emulator.behaviour.token_life)
    return answer(
        {
            "authToken": token.text,
            "issuedAt": int(token.issued * 1000),
            "endPoint": f"http://{call.request.header(b'host')}",
        }
    )


def read(request: Request) -> dict[str, str]:
    """Return the form; of a repeated field the first counts."""
    try:
        fields = parse_qs(request.body.decode("ascii"), keep_blank_values=True)
    except UnicodeDecodeError as error:
        raise violated("INVALID_REQUEST_CONTENT", "the form is not percent-encoded") from error
    return {name: values[0] for name, values in fields.items()}
