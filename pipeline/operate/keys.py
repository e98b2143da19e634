"""API keys: made once, kept as a hash, known to every web process.

The table ``api_keys`` holds the SHA-256 of each key. A key has 256 random bits, so a plain hash is enough.
"""

import hmac
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError

from pipeline.errors import Misconfigured
from pipeline.operate.activity import SYSTEM, Actor, note
from pipeline.stores.database import reading
from pipeline.stores.operator_tables import api_keys
from pipeline.text.messages import listed
from pipeline.text.times import rfc3339

GRANTS = {  # scope to the scopes it includes
    "produce": frozenset({"produce"}),
    "read": frozenset({"read"}),
    "operate": frozenset({"operate", "read"}),
    "admin": frozenset({"admin", "operate", "produce", "read"}),
}
SCOPES = tuple(GRANTS)
HOOK = "hook"  # scope of a key in the URL of a hook, which may nudge the sources of one connector, only that
FIRST = "first"  # the name of the key that is made on a fresh machine
FIRST_FILE = "admin.key"
CONFIGURED_SCOPE = "admin"  # of the keys in ACTIVATION_API_KEYS


@dataclass(frozen=True)
class ApiKey:
    """One key, without its secret; ``audiences`` () means all of them."""

    name: str
    scope: str
    audiences: tuple[str, ...]
    prefix: str  # "ak_1a2b3c4d": enough to tell keys apart, not enough to use one
    digest: str  # SHA-256 of the key, in hex
    created_at: datetime | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = None  # to the minute
    revoked_at: datetime | None = None
    connector: str | None = None  # of a hook

    def grants(self, scope: str) -> bool:
        """Whether the key includes ``scope``."""
        return scope in GRANTS.get(self.scope, {self.scope})

    def usable(self, now: datetime) -> bool:
        """Whether the key counts at ``now``: it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def document(self) -> dict[str, Any]:
        """Return the key for people and programs; times as RFC 3339, never the key itself."""
        times = {
            name: value and rfc3339(value)
            for name in ("created_at", "expires_at", "last_used_at", "revoked_at")
            for value in [getattr(self, name)]
        }
        return {
            "name": self.name,
            "scope": self.scope,
            "audiences": list(self.audiences),
            "prefix": self.prefix,
            **times,
            **({"connector": self.connector} if self.connector else {}),
        }


def digest_of(text: str) -> str:
    """Return the hash under which a key is kept."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def configured_keys(texts: Iterable[str]) -> list[ApiKey]:
    """Return the keys of ACTIVATION_API_KEYS: env-1, env-2, ..."""
    return [
        ApiKey(f"env-{number}", CONFIGURED_SCOPE, (), "", digest_of(text))
        for number, text in enumerate(texts, 1)
    ]


def create_key(
    engine: Engine,
    name: str,
    scope: str,
    audiences: Sequence[str] = (),
    expires_in: timedelta | None = None,
    actor: Actor = SYSTEM,
    connector: str | None = None,
) -> tuple[ApiKey, str]:
    """Store a new key; return it with its text, which is kept nowhere. ``connector``: of a hook.

    Raises Misconfigured if the name was used before, also by a key that is revoked.
    """
    prefix = f"ak_{secrets.token_hex(4)}"
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    now = datetime.now(UTC)
    key = ApiKey(
        name,
        scope,
        tuple(audiences),
        prefix,
        digest_of(text),
        created_at=now,
        expires_at=now + expires_in if expires_in is not None else None,
        connector=connector,
    )
    try:
        with engine.begin() as connection:
            connection.execute(api_keys.insert().values(row_of(key)))
            note(connection, actor, "key.created", f"key:{name}", scope)
    except IntegrityError:
        raise Misconfigured(f'a key named "{name}" exists, or existed: choose another name') from None
    return key, text


def row_of(key: ApiKey) -> dict[str, Any]:
    """Return the row of a key."""
    return {**vars(key), "audiences": list(key.audiences)}


def stored_keys(engine: Engine) -> list[ApiKey]:
    """Return all stored keys, oldest first, the revoked ones too."""
    with reading(engine) as connection:
        rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at)).mappings().all()
    return [ApiKey(**{**row, "audiences": tuple(row["audiences"])}) for row in rows]


def revoke_key(engine: Engine, name: str, actor: Actor = SYSTEM) -> bool:
    """End a key; False if it had ended before. Raises Misconfigured if there is none of that name."""
    with engine.begin() as connection:
        found = {row.name: row.revoked_at for row in connection.execute(select(api_keys))}
        if name not in found:
            raise Misconfigured(f'there is no key "{name}"; there are: {listed(found)}')
        if found[name] is not None:
            return False
        ended = update(api_keys).where(api_keys.c.name == name).values(revoked_at=datetime.now(UTC))
        connection.execute(ended)
        note(connection, actor, "key.revoked", f"key:{name}")
    return True


def note_use(engine: Engine, used: dict[str, datetime]) -> None:
    """Write when keys were last used; ``used`` is by name of the key."""
    with engine.begin() as connection:
        for name, at in used.items():
            connection.execute(update(api_keys).where(api_keys.c.name == name).values(last_used_at=at))


def find_key(keys: Iterable[ApiKey], text: str) -> ApiKey | None:
    """Return the usable key with this text, None if there is none; takes as long for any text."""
    digest, now = digest_of(text), datetime.now(UTC)
    matching = [key for key in keys if hmac.compare_digest(key.digest, digest)]
    return next((key for key in matching if key.usable(now)), None)


def first_key(engine: Engine, folder: Path) -> str | None:
    """Make an admin key if there is none at all, and keep it in ``admin.key`` of ``folder``.

    Returns its text; None if keys exist, if another process has made it just now, or if the folder cannot be
    written to: a key that cannot be read is of no use.
    """
    if any(key.scope != HOOK for key in stored_keys(engine)):
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / FIRST_FILE, os.O_WRONLY | os.O_CREAT, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            _, text = create_key(engine, FIRST, "admin")
            file.truncate()
            file.write(f"{text}\n")
    except (OSError, Misconfigured):
        return None
    return text
