"""Sessions of the console: a signed cookie names a key; the key's scope is read anew on each request.

Cookie ``activation_session``
    key      name of the key, and a part of its digest, for names in ACTIVATION_API_KEYS are used again
    began    seconds since the epoch
    id       of the session; its ``logout`` in the activity ends every copy of the cookie
"""

import secrets
import time
from datetime import UTC, datetime, timedelta

from flask import Flask, current_app, session
from sqlalchemy import and_, exists, select

from pipeline.operate.keys import ApiKey
from pipeline.settings import Settings
from pipeline.stores.database import reading
from pipeline.stores.derived_keys import derived_keys
from pipeline.stores.operator_tables import activity
from pipeline.web.context import stores
from pipeline.web.keyring import KeyRing

COOKIE = "activation_session"
LIFETIME = timedelta(hours=12)
PURPOSE = "activation console sessions"
DIGEST_PART = 16  # hex digits


def install(app: Flask, settings: Settings) -> None:
    """Configure Flask's own sessions."""
    first, *former = derived_keys(settings, PURPOSE) or [secrets.token_bytes(32)]
    app.config |= {
        "SECRET_KEY": first,
        "SECRET_KEY_FALLBACKS": former,
        "SESSION_COOKIE_NAME": COOKIE,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.web.url.startswith("https://"),
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": LIFETIME,
    }


def begin_session(key: ApiKey) -> None:
    """Begin a session of ``key``; nothing of the one before stays."""
    session.clear()
    session.permanent = True
    session["key"] = [key.name, key.digest[:DIGEST_PART]]
    session["began"] = int(time.time())
    session["id"] = secrets.token_hex(8)


def key_of_session() -> ApiKey | None:
    """Return the key of the session; None if there is none, or it has ended."""
    try:
        (name, digest), began, identity = session["key"], session["began"], session["id"]
    except (KeyError, ValueError):
        return None
    if time.time() > began + LIFETIME.total_seconds():
        return None
    ring: KeyRing = current_app.extensions["keyring"]
    key = ring.named(name)
    if key is None or not key.digest.startswith(digest) or has_ended(identity, began):
        return None
    return key


def record_name() -> str:
    """Return the session as an object of activities."""
    return f"session:{session.get('id', '')}"


def has_ended(identity: str, began: float) -> bool:
    """Tell whether a log-out ended the session, in whichever process."""
    logout = and_(
        activity.c.at >= datetime.fromtimestamp(began, UTC),
        activity.c.action == "logout",
        activity.c.object == f"session:{identity}",
    )
    with reading(stores().engine) as connection:
        return bool(connection.scalar(select(exists().where(logout))))
