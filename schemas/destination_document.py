"""Options that destinations of all actions have in common."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, pre_load

from schemas.api import Api
from schemas.configuration_fields import Number, OneOf, Text, Whole
from schemas.document import Document

MAX_AGE = 30 * 24 * 3600  # seconds
MAX_ROWS = 200  # records in one call, by Oracle's rule for all of them


class DestinationDocument(Document):
    """The options that destinations of all actions have."""

    settled: ClassVar[frozenset[str]] = frozenset()  # options with a default that depends on other options

    label = Text()  # for people, beside the name that commands take
    description = Text()
    audience = Text(required=True, slashes=False)
    journey = Text(slashes=False)  # the audience, where it is a journey
    connector = Text(required=True)
    action = Text(required=True)
    max_rows = Whole(least=1, most=MAX_ROWS, load_default=MAX_ROWS)
    max_age = Number(above=0, most=MAX_AGE, load_default=600)
    api = Api()  # else the connector's
    priority = OneOf("a priority", ["first"])
    honour = Text(slashes=False)  # the name of consents

    @pre_load
    def take_journey(self, data: Any, **_: Any) -> Any:
        """Take a journey for the audience; raises ValidationError for both."""
        if not isinstance(data, Mapping) or data.get("journey") is None:
            return data
        if data.get("audience", data["journey"]) != data["journey"]:
            raise ValidationError({"journey": ["is given beside audience: give one of them"]})
        return {**data, "audience": data["journey"]}
