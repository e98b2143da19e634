"""The whole configuration: all sections of records, and rules between records."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from schemas import shared_tables
from schemas.alert import alert
from schemas.channel import channel
from schemas.connector import ConnectorDocument
from schemas.connector_kinds import connector
from schemas.consent import ConsentDocument
from schemas.destination import destination
from schemas.destination_document import DestinationDocument
from schemas.document import Document, Table
from schemas.event_import import ImportField
from schemas.file_profile import FileProfileField
from schemas.pair import PairDocument
from schemas.profile_field import ProfileFields
from schemas.record_mapping import MappingField
from schemas.rule import RuleDocument
from schemas.rule_fields import DocumentField
from schemas.source_kinds import source


class ConfigurationSchema(Document):
    """The records of activation.toml, with the kinds of connectors and the actions of this package."""

    connectors = Table(connector(), load_default=dict)
    destinations = Table(destination(), load_default=dict)
    sources = Table(source(), load_default=dict)
    mappings = Table(MappingField(), load_default=dict)
    rules = Table(DocumentField(RuleDocument), load_default=dict)
    pairs = Table(DocumentField(PairDocument), load_default=dict)
    consents = Table(DocumentField(ConsentDocument), load_default=dict)
    files = Table(FileProfileField(), load_default=dict)
    imports = Table(ImportField(), load_default=dict)
    profile_fields = ProfileFields(load_default=dict)
    channels = Table(channel(), load_default=dict)
    alerts = Table(alert(), load_default=dict)

    @validates_schema(skip_on_field_errors=False)
    def share(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse two audiences in one column."""
        problems = shared_tables.collisions(data.get("destinations", {}))
        if problems:
            raise ValidationError({"destinations": problems})


def configuration_schema(
    kinds: Mapping[str, type[ConnectorDocument]], actions: Mapping[str, type[DestinationDocument]]
) -> Schema:
    """Return the schema of a configuration that may name these kinds of connectors and these actions."""
    sections: dict[str, fields.Field[Any]] = {
        "connectors": Table(connector(kinds), load_default=dict),
        "destinations": Table(destination(actions), load_default=dict),
    }
    return ConfigurationSchema.from_dict(sections)()
