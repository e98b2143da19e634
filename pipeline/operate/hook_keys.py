"""Keys of hooks, by which outside systems send messages: in the URL, or as the password of HTTP Basic."""

from sqlalchemy import Engine

from pipeline.errors import Misconfigured
from pipeline.model.connector import Connector
from pipeline.operate.activity import Actor
from pipeline.operate.keys import HOOK, ApiKey, create_key, stored_keys
from pipeline.records.catalog import Catalog
from pipeline.text.messages import unknown

OF_SALESFORCE = "salesforce"  # kinds of connectors to an outside system that sends messages
OF_RESPONSYS = "responsys"
HOOKED_KINDS = (OF_SALESFORCE, OF_RESPONSYS)


def create_hook_key(engine: Engine, catalog: Catalog, name: str, actor: Actor) -> tuple[ApiKey, str]:
    """Store a new key for the hook of a connector; return it with its text, which is kept nowhere.

    The key is named like the connector; if that name was used before, "crm-2", "crm-3" and so on.
    Raises Misconfigured if there is no such connector, or if it has no hook.
    """
    connector = hooked_connector(catalog, name)
    used = {key.name for key in stored_keys(engine)}
    number = 1
    while (key_name := name if number == 1 else f"{name}-{number}") in used:
        number += 1
    return create_key(engine, key_name, HOOK, actor=actor, connector=connector.name)


def hooked_connector(catalog: Catalog, name: str) -> Connector:
    """Return a connector that has a hook; raises Misconfigured."""
    if name not in catalog.connectors:
        raise Misconfigured(unknown("connector", name, catalog.connectors))
    connector = catalog.connectors[name]
    if connector.kind not in HOOKED_KINDS:
        raise Misconfigured(f'connector "{name}" has no hook: it is of kind "{connector.kind}"')
    return connector


def hook_document(base: str, connector: Connector, text: str) -> dict[str, str]:
    """Return the settings for the outside system; ``text``: the key.

    Salesforce sends no credentials, so its key is in the URL; Responsys sends it as the password.
    """
    url = f"{base}/v1/hooks/{connector.kind}/{connector.name}"
    if connector.kind == OF_SALESFORCE:
        return {"key": text, "url": f"{url}/{text}"}
    return {"user": connector.name, "key": text, "url": url}
