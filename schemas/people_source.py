"""A source of people as it is configured: people with a RIID that has become known."""

from schemas.configuration_fields import Number, OneOf, Text
from schemas.source import MAX_EVERY, CommonSource


class PeopleSourceDocument(CommonSource):
    """Keys of people, as far as records of Salesforce lack them."""

    kind = OneOf("a kind of source", ["people"], required=True)
    connector = Text(required=True)
    audience = Text(required=True, slashes=False)
    every = Number(above=0, most=MAX_EVERY, required=True)
