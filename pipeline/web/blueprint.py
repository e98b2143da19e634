"""A blueprint of the API: unknown names in a query or a body are refused, and bodies read with care."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import flask_smorest
from flask import Request
from webargs.flaskparser import FlaskParser

from pipeline.web.json_body import read_json

View = TypeVar("View", bound=Callable[..., Any])


class StrictParser(FlaskParser):
    """Leaves unknown names to the schema, which refuses them."""

    DEFAULT_UNKNOWN_BY_LOCATION = dict.fromkeys(FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION)

    def load_json(self, req: Request, schema: Any) -> Any:
        """Read the body; raises Problem where webargs would take it for an empty one."""
        return read_json(req, optional=getattr(schema, "optional", False))


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """flask-smorest's, with that parser."""

    ARGUMENTS_PARSER = StrictParser()

    def for_sections(self, method: str, rule: str, sections: Sequence[str]) -> Callable[[View], View]:
        """Route several sections of the configuration to one view, which is told its ``section``."""

        def register(view: View) -> View:
            for section in sections:
                place = rule.format(section=section)
                view = self.route(place, methods=[method], defaults={"section": section})(view)
            return view

        return register
