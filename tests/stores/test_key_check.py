from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, select

from pipeline.errors import Misconfigured
from pipeline.stores import tables
from pipeline.stores.installation import own_id
from pipeline.stores.key_check import note_key, open_own_vault, require_key
from pipeline.stores.metadata import metadata
from pipeline.stores.vault import Vault

WITH_SECRETS = [table for table in metadata.sorted_tables if "secrets" in table.c]


def new_vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])


@dataclass(frozen=True)
class Keys:
    data_dir: Path
    secret_keys: tuple[str, ...] = ()


def seal(engine, vault, name="acme", table=tables.connectors):
    with engine.begin() as connection:
        row = {"name": name, "body": {}, "secrets": vault.encrypt('{"password": "pass-w0rd"}')}
        connection.execute(insert(table).values(row))


def check_of(engine):
    with engine.connect() as connection:
        return connection.scalar(select(tables.installation.c.key_check))


def test_the_first_key_is_noted_and_another_one_is_refused_while_secrets_are_stored(engine):
    vault = new_vault()
    require_key(engine, vault)
    seal(engine, vault)

    require_key(engine, vault)
    with pytest.raises(Misconfigured, match="the secret key is not the one"):
        require_key(engine, new_vault())
    assert vault.decrypt(check_of(engine)) == own_id(engine)


def test_a_store_of_a_version_without_check_value_gets_one_from_a_key_that_fits(engine):
    vault = new_vault()
    seal(engine, vault)

    with pytest.raises(Misconfigured, match="the secret key is not the one"):
        require_key(engine, new_vault())
    require_key(engine, vault)

    assert vault.decrypt(check_of(engine)) == own_id(engine)


def test_one_connector_sealed_with_a_lost_key_does_not_refuse_the_key_of_the_others(engine):
    vault = new_vault()
    seal(engine, new_vault(), "old")
    seal(engine, vault, "present")

    require_key(engine, vault)


def test_while_no_secret_is_stored_a_new_key_takes_the_place_of_the_former(engine):
    require_key(engine, new_vault())
    vault = new_vault()

    require_key(engine, vault)

    assert vault.opens(check_of(engine))


def test_a_lost_key_is_replaced_on_purpose(engine):
    seal(engine, new_vault())
    vault = new_vault()

    note_key(engine, vault)

    require_key(engine, vault)


def test_a_lost_key_file_is_not_replaced_while_secrets_are_stored(engine, tmp_path):
    vault = open_own_vault(Keys(tmp_path), engine)
    require_key(engine, vault)
    seal(engine, vault)
    kept = (tmp_path / "secret.key").read_bytes()
    (tmp_path / "secret.key").unlink()

    late = open_own_vault(Keys(tmp_path), engine)
    with pytest.raises(Misconfigured, match=r"secret\.key is missing"):
        require_key(engine, late)
    with pytest.raises(Misconfigured, match=r"secret\.key is missing"):
        late.encrypt("text")
    assert not (tmp_path / "secret.key").exists()

    (tmp_path / "secret.key").write_bytes(kept)
    require_key(engine, late)


@pytest.mark.parametrize("table", WITH_SECRETS, ids=str)
def test_secrets_of_every_kind_of_record_bind_the_store_to_its_key(engine, table):
    vault = new_vault()
    require_key(engine, vault)
    seal(engine, vault, table=table)

    with pytest.raises(Misconfigured, match="the secret key is not the one"):
        require_key(engine, new_vault())


def test_a_key_file_is_made_while_no_secret_is_stored(engine, tmp_path):
    open_own_vault(Keys(tmp_path), engine)

    assert (tmp_path / "secret.key").exists()
