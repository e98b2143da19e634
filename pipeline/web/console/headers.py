"""Headers of pages, and their compression."""

import gzip
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files

from flask import Flask, Response, request

from pipeline.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HTML = "text/html"
COMPRESSED = (HTML, "text/css", "text/javascript", "image/svg+xml")
LEAST = 500  # bytes that are worth it
YEAR = 365 * 24 * 3600  # seconds
HSTS = f"max-age={YEAR}"


def install(app: Flask, settings: Settings) -> None:
    """Dress every page and static file of ``app``."""
    secure = settings.web.url.startswith("https://")

    @app.after_request
    def dress(response: Response) -> Response:
        if response.mimetype == HTML:
            response.headers.setdefault("Content-Security-Policy", POLICY)
            response.headers["Referrer-Policy"] = "same-origin"
            response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if secure:
            response.headers["Strict-Transport-Security"] = HSTS
        if request.endpoint == "static" and request.args.get("v"):
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return compress(response)

    app.jinja_env.globals["asset"] = asset


def compress(response: Response) -> Response:
    """Compress a page or a static file for a client that takes gzip."""
    if response.mimetype not in COMPRESSED:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or not request.accept_encodings["gzip"] or request.method == "HEAD":
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= LEAST:
        response.set_data(compressed(body) if request.endpoint == "static" else gzip.compress(body, 5))
        response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=16)
def compressed(body: bytes) -> bytes:
    """Compress a static file, once."""
    return gzip.compress(body, 9)


@lru_cache(maxsize=16)
def asset(name: str) -> str:
    """Return the path of a static file; it changes with the content, so browsers keep the file."""
    content = (files("pipeline.web") / "static" / name).read_bytes()
    return f"/static/{name}?v={blake2b(content, digest_size=6).hexdigest()}"
