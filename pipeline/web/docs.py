"""OpenAPI 3.1 of the API at ``/openapi.json``, Swagger UI at ``/docs``, a page for each problem type."""

from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    jsonify,
    render_template,
    request,
    send_from_directory,
)
from flask_smorest import Api

from pipeline.web.auth import OPEN, needs
from pipeline.web.documents import ProblemDocument
from pipeline.web.openapi import complete
from pipeline.web.problems import PROBLEMS, Problem

SWAGGER = {  # files served of the package flask-swagger-ui; its own page and script are inline
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
VERSION = version("activation")
INFO = {
    "title": "activation",
    "version": VERSION,
    "openapi_version": "3.1.0",
    "info": {
        "description": "Activate customer audiences into Oracle Responsys.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
}

docs = Blueprint("docs", __name__)


class OpenApi(Api):  # type: ignore[misc]
    """flask-smorest without its own errors: those of this API are problems."""

    ERROR_SCHEMA = ProblemDocument

    def _register_error_handlers(self) -> None:
        """Leave errors to ``problems.install``."""


def install_openapi(app: Flask) -> OpenApi:
    """Return the collector of the blueprints' descriptions."""
    app.config |= {
        "API_TITLE": INFO["title"],
        "API_VERSION": INFO["version"],
        "OPENAPI_VERSION": INFO["openapi_version"],
    }
    spec = {
        "info": INFO["info"],
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }
    api = OpenApi(app, spec_kwargs=spec)
    app.extensions["openapi"] = api
    return api


@docs.get("/openapi.json")
@needs(OPEN)
def openapi() -> Response:
    """Give the description of the API."""
    if request.args:
        unknown = {name: ["Unknown field."] for name in request.args}
        raise Problem("invalid-request", "See `errors`.", errors={"query": unknown})
    return jsonify(complete(current_app.extensions["openapi"].spec.to_dict()))


@docs.get("/docs")
@needs(OPEN)
def swagger() -> Response:
    """Show the description."""
    response = Response(render_template("docs.html"))
    response.headers["Content-Security-Policy"] = DOCS_POLICY
    return response


@docs.get("/docs/<name>")
@needs(OPEN)
def swagger_file(name: str) -> Response:
    """Give a file of Swagger UI, from this host."""
    if name not in SWAGGER:
        abort(404)
    response = send_from_directory(swagger_folder(), name, mimetype=SWAGGER[name], max_age=86_400)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@cache
def swagger_folder() -> str:
    """Return the folder of Swagger UI."""
    return str(files("flask_swagger_ui") / "dist")


@docs.get("/problems/<slug>")
@needs(OPEN)
def problem_page(slug: str) -> Any:
    """Explain a type of problem."""
    if slug not in PROBLEMS:
        raise Problem("not-found", f"There is no such type of problem; there are: {', '.join(PROBLEMS)}.")
    response = Response(render_template("problem.html", slug=slug, problem=PROBLEMS[slug]))
    response.headers["Content-Security-Policy"] = DOCS_POLICY
    return response
