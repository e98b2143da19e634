"""Options of a record as fields of a form: the kind of each, by its schema."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields

from pipeline.web.console.option import Option
from schemas.alert import ChannelNames
from schemas.channel import Addresses
from schemas.configuration_fields import Flag, Number, OneOf, SomeOf
from schemas.connector import Fingerprints, Secret
from schemas.document import Table
from schemas.exported_columns import IDENTIFIERS
from schemas.file_profile import Words
from schemas.identifier_columns import IdentifierColumn, IdentifierColumns
from schemas.record_condition import Condition
from schemas.responsys_sources import EventTypes
from schemas.salesforce_fields import ObjectNames, TextOrSources
from schemas.salesforce_source import FieldNames, People
from schemas.source import Query
from schemas.supplemental_table import ColumnNames

LISTS = (
    SomeOf,
    IdentifierColumns,
    ColumnNames,
    ChannelNames,
    Addresses,
    Words,
    Fingerprints,
    EventTypes,
    FieldNames,
    ObjectNames,
    People,
    TextOrSources,
)
FIXED = ("kind", "action", "rule")  # chosen before the other options are shown


def options_of(schema: type[Schema], names: Mapping[str, Collection[str]], section: str = "") -> list[Option]:
    """Return the options of a schema but for FIXED; ``names``: the records that an option may name."""
    found = {name: field for name, field in schema().fields.items() if name not in FIXED}
    first = sorted(found, key=lambda name: not found[name].required)  # required ones first
    return [replace(option_of(name, found[name], names.get(name)), section=section) for name in first]


def option_of(name: str, field: fields.Field[Any], names: Collection[str] | None) -> Option:
    """Return one option."""
    if names is not None:
        return Option(name, "choice", field, tuple(sorted(names)))
    if isinstance(field, IdentifierColumn):
        return Option(name, "choice", field, IDENTIFIERS)
    for kind, classes in KINDS.items():
        if isinstance(field, classes):
            choices = field.choices if kind == "choice" and isinstance(field, OneOf) else ()
            return Option(name, kind, field, tuple(choices))
    return Option(name, "text", field)


KINDS: Mapping[str, tuple[type[fields.Field[Any]], ...]] = {  # the first that fits
    "secret": (Secret,),
    "flag": (Flag,),
    "list": LISTS,
    "choice": (OneOf,),
    "table": (Table, Condition),
    "number": (Number,),
    "long": (Query,),
}
