"""The kinds of connectors, by the word in their ``kind``."""

from collections.abc import Mapping

from schemas.connector import ConnectorDocument, Responsys, ResponsysSftp
from schemas.document import Variant
from schemas.salesforce import Salesforce

KINDS: Mapping[str, type[ConnectorDocument]] = {
    "responsys": Responsys,
    "responsys_sftp": ResponsysSftp,
    "salesforce": Salesforce,
}


def connector(kinds: Mapping[str, type[ConnectorDocument]] = KINDS) -> Variant:
    """Return the field for a connector of any kind."""
    return Variant("kind", "a kind of connector", kinds, ConnectorDocument)
