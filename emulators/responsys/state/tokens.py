"""Tokens: the logins of all accounts, live and expired."""

import re
import secrets

import msgspec

from emulators.responsys.account.account import Account
from emulators.responsys.messages.errors import ApiError

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

    def clear(self) -> None:
        """Forget all tokens."""
        self.issued.clear()

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
