"""The whole configuration: connectors and destinations by their names."""

from schemas.connector import connector
from schemas.destination import destination
from schemas.document import Document, Table


class ConfigurationSchema(Document):
    """What stands in activation.toml."""

    connectors = Table(connector(), load_default=dict)
    destinations = Table(destination(), load_default=dict)
