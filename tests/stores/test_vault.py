import re

import pytest
from cryptography.fernet import Fernet

from pipeline.errors import Misconfigured
from pipeline.stores.vault import Vault

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
