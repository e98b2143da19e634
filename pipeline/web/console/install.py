"""The console as a part of the web process."""

from flask import Flask

from pipeline.runtime.stores import Stores
from pipeline.web.console import (
    activity,
    alerts,
    batches,
    conflicts,
    connectors,
    dead_letters,
    decision,
    deleting,
    destinations,
    editing,
    failures,
    headers,
    imports,
    letter,
    login,
    operation,
    overview,
    pages,
    pausing,
    people,
    rules,
    session,
    sources,
    statistics,
    trace,
    wishes,
    written_records,
)
from pipeline.web.console.guard import forms

BLUEPRINTS = (
    login.login,
    overview.overview,
    connectors.connectors,
    destinations.destinations,
    sources.sources,
    imports.imports,
    rules.rules,
    written_records.written_records,
    people.people,
    conflicts.conflicts,
    wishes.wishes,
    pausing.pausing,
    decision.decision,  # before the letters: their path with an id would match its path
    dead_letters.dead_letters,
    letter.letter,
    operation.operation,
    trace.trace,
    batches.batches,
    statistics.statistics,
    alerts.alerts,
    activity.activity,
    editing.editing,
    deleting.deleting,
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
