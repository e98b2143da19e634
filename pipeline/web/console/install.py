"""The console as a part of the web process."""

from flask import Flask

from pipeline.runtime.stores import Stores
from pipeline.web.console import (
    connectors,
    destinations,
    failures,
    headers,
    login,
    overview,
    pages,
    pausing,
    session,
    sources,
)
from pipeline.web.console.guard import forms

BLUEPRINTS = (
    login.login,
    overview.overview,
    connectors.connectors,
    destinations.destinations,
    sources.sources,
    pausing.pausing,
)


def install_console(app: Flask, stores: Stores) -> None:
    """Give ``app`` sessions, pages and their errors."""
    session.install(app, stores.settings)
    app.config |= {
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_SSL_STRICT": False,  # guard.py compares the origin
        "WTF_CSRF_TIME_LIMIT": int(session.LIFETIME.total_seconds()),
    }
    forms.init_app(app)
    headers.install(app, stores.settings)
    pages.install(app)
    failures.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
