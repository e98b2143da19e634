"""Imports and their connectors as records: stored, exported, pruned, and refused when they do not agree."""

import json
import re

import pytest
from click.testing import Result

from pipeline.cli import main
from pipeline.runtime.stores import open_stores
from tests.fixtures.commands import CommandRunner

FILES = """
[connectors.acme-files]
kind = "responsys_sftp"
host = "files.example.com"
username = "acme_scp"
private_key = { file = "key" }
host_key = "SHA256:%s"
""" % ("A" * 43)
KEEPING_ALL = 'private_key_passphrase = "geheim"\npgp_private_key = { env = "PGP" }\npgp_passphrase = ""\n'
EVENTS = """
[imports.acme-events]
connector = "acme-files"
"""
RESPONSYS = """
[connectors.acme]
kind = "responsys"
username = "api_user"
password = "secret"
auth_endpoint = "login5.responsys.net"
profile_list = "CONTACTS_LIST"
"""
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----"


@pytest.fixture(autouse=True)
def _environment(tmp_path, monkeypatch, server_url, redis):
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)
    monkeypatch.setenv("PGP", "an armored key")
    (tmp_path / "key").write_text(KEY + "\n")


@pytest.fixture
def apply(tmp_path):
    def apply(*parts: str, options: tuple[str, ...] = ()) -> Result:
        path = tmp_path / "activation.toml"
        path.write_text("".join(parts))
        return CommandRunner().invoke(main, ["apply", str(path), *options])

    return apply


def test_keys_are_stored_encrypted_and_exported_as_kept(apply, tmp_path):
    assert apply(FILES, KEEPING_ALL, EVENTS).exit_code == 0

    exported = CommandRunner().invoke(main, ["export", "--json"]).stdout
    connector = json.loads(exported)["connectors"]["acme-files"]
    secrets = {key for key, value in connector.items() if value == {"keep": True}}
    assert secrets == {"private_key", "private_key_passphrase", "pgp_private_key", "pgp_passphrase"}
    stored = (tmp_path / "data" / "activation.db").read_bytes()
    assert not re.search(rb"OPENSSH|b3Bl|geheim|armored", stored)
    with open_stores() as stores:
        loaded = stores.records.load().connectors["acme-files"]
    assert (loaded.private_key, loaded.private_key_passphrase) == (KEY, "geheim")


def test_a_secret_that_is_not_there_is_not_exported(apply, tmp_path):
    apply(FILES, EVENTS)

    exported = CommandRunner().invoke(main, ["export"]).stdout
    assert exported.count("keep = true") == 1
    (tmp_path / "exported.toml").write_text(exported)
    again = CommandRunner().invoke(main, ["apply", str(tmp_path / "exported.toml"), "--json"])
    assert json.loads(again.stdout)["connectors"]["unchanged"] == ["acme-files"]
    assert json.loads(again.stdout)["imports"]["unchanged"] == ["acme-events"]


def test_an_import_that_is_in_the_file_no_more_is_pruned(apply):
    apply(FILES, EVENTS)

    assert json.loads(apply(FILES, options=("--json",)).stdout)["imports"]["removed"] == []
    pruned = json.loads(apply(FILES, options=("--prune", "--json")).stdout)
    assert pruned["imports"]["removed"] == ["acme-events"]


def test_a_destination_on_a_connector_to_files_is_refused_with_the_kinds(apply):
    destination = (
        '[destinations.d]\naudience = "a"\nconnector = "acme-files"\naction = "custom_event"\nevent = "E"\n'
    )
    result = apply(FILES, destination)

    assert result.exit_code == 2
    assert (
        'destinations.d.connector: connector "acme-files" is of kind "responsys_sftp", which serves imports '
        'only; a destination needs one of kind "responsys"'
    ) in result.stderr


def test_an_import_on_an_account_is_refused_with_the_kinds(apply):
    result = apply(RESPONSYS, EVENTS.replace("acme-files", "acme"))

    assert result.exit_code == 2
    assert (
        'imports.acme-events.connector: connector "acme" is of kind "responsys", which has no files; '
        'an import needs one of kind "responsys_sftp"'
    ) in result.stderr


def test_an_import_without_its_connector_is_refused(apply):
    assert 'imports.acme-events.connector: "acme-files" is not a connector' in apply(EVENTS).stderr
    apply(FILES, EVENTS)
    assert "there would be no connector" in apply(EVENTS, options=("--prune",)).stderr


@pytest.mark.parametrize(
    "line",
    ['time_zone = "Europe/Berlin"', 'sms_time_zone = "Asia/Tokyo"', 'channels = ["sms"]', 'link_by = "all"'],
)
def test_imports_of_one_account_agree(apply, line):
    key = line.partition(" ")[0]
    other = f'[imports.other]\nconnector = "acme-files"\naccounts = ["1234"]\n{line}\n'

    assert f'imports.other.{key}: differs from that of "acme-events"' in apply(FILES, EVENTS, other).stderr
    apart = EVENTS + 'accounts = ["5"]\n'
    assert apply(FILES, apart, other).exit_code == 0


def test_an_import_agrees_with_the_stored_ones_too(apply):
    assert apply(FILES, EVENTS).exit_code == 0

    other = '[imports.other]\nconnector = "acme-files"\nlink_by = "all"\n'
    assert "imports.other.link_by: differs" in apply(FILES, other).stderr


def test_a_field_of_a_renamed_column_is_to_name_the_built_in_one(apply):
    renamed = EVENTS + 'columns = { offer_name = "My_Offer" }\n'
    field = '[profile_fields]\nmine = { kind = "last", column = "%s" }\n'

    refused = apply(FILES, renamed, field % "MY_OFFER")

    assert refused.exit_code != 0
    assert (
        'profile_fields.mine.column: imports read "MY_OFFER" as OFFER_NAME, so the field would stay empty: '
        "name that column"
    ) in refused.stderr
    assert apply(FILES, renamed, field % "OFFER_NAME").exit_code == 0
    other = EVENTS.replace("acme-events", "others") + 'accounts = ["9"]\n'
    assert apply(FILES, renamed, other, field % "MY_OFFER").exit_code == 0
