"""Options that destinations of all actions have in common."""

from typing import ClassVar

from schemas.api import Api
from schemas.configuration_fields import Number, Text, Whole
from schemas.document import Document

MAX_AGE = 30 * 24 * 3600  # seconds
MAX_ROWS = 200  # records in one call, by Oracle's rule for all of them


class DestinationDocument(Document):
    """The options that destinations of all actions have."""

    settled: ClassVar[frozenset[str]] = frozenset()  # options whose default depends on other options

    audience = Text(required=True, slashes=False)
    connector = Text(required=True)
    action = Text(required=True)
    max_rows = Whole(least=1, most=MAX_ROWS, load_default=MAX_ROWS)
    max_age = Number(above=0, most=MAX_AGE, load_default=600)
    api = Api()  # else the connector's
