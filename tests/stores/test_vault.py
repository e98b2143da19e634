import re
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from pipeline.errors import Misconfigured
from pipeline.stores.vault import Vault, open_vault

OLD = Fernet.generate_key().decode()
NEW = Fernet.generate_key().decode()


def test_what_was_sealed_opens_and_does_not_show_the_text():
    sealed = Vault([NEW]).encrypt("pässword")

    assert Vault([NEW]).decrypt(sealed) == "pässword"
    assert "pässword" not in sealed


def test_a_former_key_behind_the_newest_still_opens():
    sealed = Vault([OLD]).encrypt("secret")

    assert Vault([NEW, OLD]).decrypt(sealed) == "secret"


@pytest.mark.parametrize(
    "token", [Vault([OLD]).encrypt("secret"), "never sealed", ""], ids=["old", "never", "empty"]
)
def test_what_no_key_opens_says_what_to_do(token):
    with pytest.raises(Misconfigured, match="ACTIVATION_SECRET_KEY"):
        Vault([NEW]).decrypt(token)


def test_a_vault_without_keys_says_what_to_do():
    with pytest.raises(Misconfigured, match=re.escape("there is no secret key: set ACTIVATION_SECRET_KEY")):
        Vault([])


@dataclass(frozen=True)
class Keys:
    data_dir: Path
    secret_keys: tuple[str, ...] = ()


def test_configured_keys_open_a_vault_without_a_file(tmp_path):
    sealed = Vault([OLD]).encrypt("secret")

    assert open_vault(Keys(tmp_path / "data", (NEW, OLD))).decrypt(sealed) == "secret"
    assert not (tmp_path / "data").exists()


def test_the_made_key_is_kept_for_its_owner_only(tmp_path):
    sealed = open_vault(Keys(tmp_path)).encrypt("secret")

    assert open_vault(Keys(tmp_path)).decrypt(sealed) == "secret"
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "secret.key"]


def test_a_data_folder_that_cannot_be_made_gives_no_key(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(Misconfigured, match="there is no secret key: set ACTIVATION_SECRET_KEY"):
        open_vault(Keys(tmp_path / "file" / "data"))


def test_a_spoilt_key_file_is_not_replaced(tmp_path):
    """What is stored was encrypted with what once stood there."""
    (tmp_path / "secret.key").write_text("spoilt")

    with pytest.raises(Misconfigured, match=r"secret\.key does not hold a key"):
        open_vault(Keys(tmp_path))
    assert (tmp_path / "secret.key").read_text() == "spoilt"
