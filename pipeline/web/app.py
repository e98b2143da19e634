"""The Flask application of one web process."""

from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException

from pipeline.runtime.stores import Stores
from pipeline.web import access, auth, problems
from pipeline.web.api import activations
from pipeline.web.docs import docs, install_openapi
from pipeline.web.health import health
from pipeline.web.keyring import KeyRing

BLUEPRINTS = (health, activations.activations)


def create_app(stores: Stores) -> Flask:
    """Put the application together; its key ring reads the table of keys at once."""
    app = Flask("pipeline.web", static_folder="static", template_folder="templates")
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.strict_slashes = False
    keyring = KeyRing(stores.engine, stores.settings.api_keys)
    app.extensions |= {"stores": stores, "keyring": keyring, "refusals": auth.Refusals()}
    activations.install(app)
    access.install(app)
    app.before_request(auth.authorise)
    api = install_openapi(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(docs)
    problems.install(app)
    app.register_error_handler(Exception, unexpected)
    keyring.start()
    return app


def unexpected(error: Exception) -> Any:
    """Answer an error of ours, and write where it comes from into the log."""
    if isinstance(error, HTTPException):
        return problems.of_http(error).response()
    problems.log.exception("request failed")
    return problems.Problem("internal", "Our fault; the log has the rest under the request id.").response()
