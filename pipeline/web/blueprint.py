"""A blueprint of the API: what is unknown in a query or a body is refused."""

import flask_smorest
from webargs.flaskparser import FlaskParser


class StrictParser(FlaskParser):
    """Leaves unknown names to the schema, which refuses them."""

    DEFAULT_UNKNOWN_BY_LOCATION = dict.fromkeys(FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """flask-smorest's, with that parser."""

    ARGUMENTS_PARSER = StrictParser()
