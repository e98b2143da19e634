"""Removal of a record: refused while another record names it."""

from pipeline.errors import Misconfigured
from pipeline.records.agreement import rules_that_name
from pipeline.records.documents import USERS_OF_CONNECTORS, Documents
from pipeline.records.mapping_agreement import users_of_mapping
from pipeline.records.source_users import NAMED, users_of_source


def refuse_named(section: str, name: str, stored: Documents) -> None:
    """Raise Misconfigured if a record would lose its connector, mapping or source, or a rule a channel."""
    for users in USERS_OF_CONNECTORS if section == "connectors" else ():
        if any(document.get("connector") == name for document in stored[users].values()):
            raise Misconfigured(f'{users} name the connector "{name}"')
    if section == "mappings" and users_of_mapping(name, stored):
        raise Misconfigured(f'records name the mapping "{name}"')
    for users in NAMED if section == "sources" else ():
        if users_of_source(users, name, stored):
            raise Misconfigured(f'{users} name the source "{name}"')
    if section == "channels" and rules_that_name(name, stored["alerts"]):
        raise Misconfigured(f'rules of alerts name the channel "{name}"')
