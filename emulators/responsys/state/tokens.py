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

    def account_of(self, text: str, now: float) -> Account:
        """Return the account of a token, or raise ApiError."""
        token = self.issued.get(text)
        if token is None:
            problem = None if WELL_FORMED.fullmatch(text) else header_problem(text)
            raise ApiError("INVALID_TOKEN", "Not a valid authentication token", violation=problem)
        if token.expires <= now:
            raise ApiError("TOKEN_EXPIRED", "The authentication token has expired")
        return token.account

    def expire(self, account: Account | None, now: float) -> int:
        """End the tokens of ``account`` (None: of all) before their time; return how many."""
        live = [token for token in self.tokens_of(account) if token.expires > now]
        for token in live:
            token.expires = now
        return len(live)

    def forget(self, account: Account | None) -> int:
        """Forget tokens, so that they are unknown rather than expired; return how many."""
        forgotten = self.tokens_of(account)
        for token in forgotten:
            del self.issued[token.text]
        return len(forgotten)

    def clear(self) -> None:
        """Forget all tokens."""
        self.issued.clear()

    def tokens_of(self, account: Account | None) -> list[Token]:
        """Return the tokens of one account, or all."""
        return [token for token in self.issued.values() if account in (None, token.account)]


def header_problem(text: str) -> str:
    """Return the error of an Authorization header that cannot be a token."""
    if not text:
        return "no Authorization header"
    if text.startswith("Bearer "):
        return "Authorization has a Bearer prefix; Responsys wants the bare token"
    return "Authorization does not hold a token as Responsys issues them"
