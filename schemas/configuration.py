"""The whole configuration: connectors, destinations and sources by their names."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from schemas import shared_tables
from schemas.connector import connector
from schemas.destination import destination
from schemas.document import Document, Table
from schemas.source import SourceField


class ConfigurationSchema(Document):
    """What stands in activation.toml."""

    connectors = Table(connector(), load_default=dict)
    destinations = Table(destination(), load_default=dict)
    sources = Table(SourceField(), load_default=dict)

    @validates_schema(skip_on_field_errors=False)
    def share(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse two audiences in one column."""
        problems = shared_tables.collisions(data.get("destinations", {}))
        if problems:
            raise ValidationError({"destinations": problems})
