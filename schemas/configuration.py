"""The whole configuration: connectors, destinations and sources by their names."""

from schemas.connector import connector
from schemas.destination import destination
from schemas.document import Document, Table
from schemas.source import SourceField


class ConfigurationSchema(Document):
    """What stands in activation.toml."""

    connectors = Table(connector(), load_default=dict)
    destinations = Table(destination(), load_default=dict)
    sources = Table(SourceField(), load_default=dict)
