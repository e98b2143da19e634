"""A blueprint of the API: unknown names in a query or a body are refused, and bodies read with care."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import flask_smorest
from flask import Request
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

from pipeline.web.json_body import read_json

View = TypeVar("View", bound=Callable[..., Any])


class StrictParser(FlaskParser):
    """Leaves unknown names to the schema, which refuses them."""

    DEFAULT_UNKNOWN_BY_LOCATION = dict.fromkeys(FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION)

    def parse(
        self, argmap: Any, req: Request | None = None, *, location: str | None = None, **options: Any
    ) -> Any:
        """Read a part of the request; without a query string, return a copy of the schema's defaults."""
        found = self.get_default_request() if req is None else req
        if location == "query" and not found.query_string:
            return dict(absent_query(argmap))
        return super().parse(argmap, found, location=location, **options)

    def load_json(self, req: Request, schema: Any) -> Any:
        """Read the body; raises Problem where webargs would take it for an empty one."""
        return read_json(req, optional=getattr(schema, "optional", False))


@cache
def absent_query(schema: Schema) -> Mapping[str, Any]:
    """Return the parameters of a request without a query; none of them is required."""
    found: Mapping[str, Any] = schema.load({})
    return found


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """flask-smorest's, with that parser."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: type[Schema], **options: Any) -> Callable[[View], View]:
        """Read a part of the request by a schema, of which one instance serves all requests."""
        options.setdefault("required", not getattr(schema, "optional", False))
        decorator: Callable[[View], View] = super().arguments(schema(), **options)
        return decorator

    def for_sections(self, method: str, rule: str, sections: Sequence[str]) -> Callable[[View], View]:
        """Route several sections of the configuration to one view, which is told its ``section``."""

        def register(view: View) -> View:
            for section in sections:
                place = rule.format(section=section)
                view = self.route(place, methods=[method], defaults={"section": section})(view)
            return view

        return register
