"""The check value of the secret key: an SQL store knows whether a key is the one its secrets are sealed with.

The check value is the store's id, sealed. A store without one, as after an upgrade, gets it from the first
key that opens one of its secrets; while no secret is stored, a new key takes the place of the former.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, select, update

from pipeline.errors import Misconfigured
from pipeline.stores import record_tables
from pipeline.stores.database import reading
from pipeline.stores.installation import own_id
from pipeline.stores.vault import KeySettings, LateVault, Vault, kept_key, open_vault

ANOTHER_KEY = (
    "the secret key is not the one that the stored secrets were encrypted with: use that one (the former one "
    "behind the comma in ACTIVATION_SECRET_KEY, or secret.key back in the data folder); if it is lost, "
    "`activation adopt --secret-key` takes the present one, and the records are applied again with their "
    "secrets"
)


def open_own_vault(settings: KeySettings, engine: Engine) -> Vault:
    """Return the vault of a store; a key file that is missing while secrets are stored is not made anew."""
    if settings.secret_keys or kept_key(settings).exists():
        return open_vault(settings)
    with reading(engine) as connection:
        lost = any(sealed_secrets(connection))
    return LateVault(settings) if lost else open_vault(settings)


def require_key(engine: Engine, vault: Vault) -> None:
    """Raise Misconfigured when the vault's key is not the store's; give a store without check value one."""
    with reading(engine) as connection:
        check = stored_check(connection)
        if check and vault.opens(check):
            return
        sealed = list(sealed_secrets(connection))
        if sealed and (check or not any(map(vault.opens, sealed))):
            raise Misconfigured(vault.trouble or ANOTHER_KEY)
    note_key(engine, vault)


def note_key(engine: Engine, vault: Vault) -> None:
    """Make the vault's first key the store's."""
    own_id(engine)
    with engine.begin() as connection:
        renew_check(connection, vault)


def renew_check(connection: Connection, vault: Vault) -> None:
    """Seal the check value with the vault's first key; a store without id gets it later."""
    own = connection.scalar(select(record_tables.installation.c.id))
    if own:
        connection.execute(update(record_tables.installation).values(key_check=vault.encrypt(own)))


def stored_check(connection: Connection) -> str | None:
    """Return the check value; None: there is none yet."""
    check: str | None = connection.scalar(select(record_tables.installation.c.key_check))
    return check


def sealed_secrets(connection: Connection) -> Iterator[str]:
    """Yield the sealed secrets of all records that may have some."""
    for table in (record_tables.connectors, record_tables.sources, record_tables.channels):
        yield from connection.scalars(select(table.c.secrets))
