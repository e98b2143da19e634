"""Schemas of each kind of connector and of its destinations, imported when a configuration is read."""

from importlib import import_module
from typing import TYPE_CHECKING

from pipeline.model.action_table import ActionTable
from pipeline.records.connector_kind import KindSchemas

if TYPE_CHECKING:
    from schemas.destination_document import DestinationDocument


def responsys_schemas() -> KindSchemas:
    """Return the schemas of Responsys."""
    from schemas.connector import Responsys
    from schemas.destination import ACTIONS as OPTIONS

    return KindSchemas(Responsys, OPTIONS)


def salesforce_schemas(actions: ActionTable) -> KindSchemas:
    """Return the schemas of Salesforce; ``actions``: all that it has."""
    from schemas.salesforce import Salesforce

    return KindSchemas(Salesforce, options_of(actions))


def options_of(actions: ActionTable) -> dict[str, type["DestinationDocument"]]:
    """Return the schemas of actions: of ``salesforce_task`` the class in its file of ``schemas/``."""
    return {name: getattr(import_module(f"schemas.{name}"), actions.class_name(name)) for name in actions}


def sftp_schemas() -> KindSchemas:
    """Return the schema of connectors to SFTP servers, which have no destinations."""
    from schemas.connector import ResponsysSftp

    return KindSchemas(ResponsysSftp)
