"""Messages made by GnuPG, opened by both libraries in a child process; bad ones fail with their reason.

The RSA key is one that needs ``decryption/keys.py``: its primary key may encrypt, too.
"""

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pysequoia
import pytest

from pipeline.errors import Misconfigured, RetryLater
from pipeline.event_files.decryption import child
from pipeline.event_files.decryption.child import decrypt_file, try_key
from pipeline.event_files.decryption.request import DecryptionRequest
from pipeline.event_files.plain_file import FileFailed
from pipeline.model.file_server import OpenPgp
from tests.event_files.decryption.conftest import PLAIN

LIBRARIES = ["sequoia", "gnupg"]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("rsa", ("-r", "rsa@example.com")),
        ("curve", ("-r", "curve@example.com", "--armor")),
        ("rsa", ("-r", "rsa@example.com", "--sign", "-u", "curve@example.com")),
        ("curve", ("-r", "rsa@example.com", "-r", "curve@example.com")),
        ("rsa", ("-r", "rsa@example.com", "--compress-algo", "none")),
    ],
    ids=["rsa", "curve armored", "signed", "several", "not packed"],
)
def test_a_message_is_opened(gnupg, keys, opened, library, key, options):
    assert opened(gnupg.encrypted(*options), key, library) == PLAIN


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_passphrase_is_used_where_one_is_needed(gnupg, keys, opened, library):
    protected = gnupg.encrypted("-r", "protected@example.com")

    assert opened(protected, "protected", library, "geheim") == PLAIN
    assert opened(gnupg.encrypted("-r", "rsa@example.com"), "rsa", library, "not needed") == PLAIN
    for passphrase in ("wrong", ""):
        with pytest.raises(Misconfigured, match=r"pgp_(passphrase: is not|private_key: is protect)"):
            opened(protected, "protected", library, passphrase)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("options", [(), ("--compress-algo", "none")], ids=["packed", "not packed"])
@pytest.mark.parametrize("place", ["cut", "middle", "end"])
def test_a_cut_or_altered_message_fails(gnupg, keys, opened, library, options, place):
    message = bytearray(gnupg.encrypted("-r", "rsa@example.com", *options))
    if place == "cut":
        del message[len(message) // 2 :]
    else:
        message[len(message) // 2 if place == "middle" else -5] ^= 0xFF

    with pytest.raises(FileFailed, match="cut"):
        opened(bytes(message), library=library)


@pytest.mark.parametrize("library", LIBRARIES)
def test_other_messages_fail_with_their_reason(gnupg, keys, opened, library):
    messages = {
        gnupg.encrypted("-r", "curve@example.com"): "it is encrypted for another key",
        gnupg("--sign", "-u", "rsa@example.com", "--output", "-", str(gnupg.plain)): "it is only signed",
        gnupg("--clearsign", "-u", "rsa@example.com", "--output", "-", str(gnupg.plain)): "it is only signed",
        b"rubbish": "it is no OpenPGP message",
        PLAIN: "it is no OpenPGP message",
    }
    for message, reason in messages.items():
        with pytest.raises(FileFailed, match=reason):
            opened(message, library=library)
    assert opened(b"", library=library) == b""


def test_a_key_with_a_subkey_that_only_signs_is_not_at_fault_for_foreign_messages(gnupg, keys, opened):
    key = str(pysequoia.Tsk.generate("Event files <files@example.com>"))

    with pytest.raises(FileFailed, match=r"^it is encrypted for another key$"):
        opened(gnupg.encrypted("-r", "curve@example.com"), key)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--cipher-algo", "3DES"), "its cipher is too old (3DES)"),
        (("--cipher-algo", "CAST5"), "its cipher is too old (CAST5)"),
        (("--cipher-algo", "BLOWFISH"), "its cipher is too old (Blowfish"),
        (("--rfc2440", "--disable-mdc"), "it is not protected against changes"),
        (("--compress-algo", "bzip2"), "compressed with bzip2"),
    ],
)
def test_old_ciphers_are_named_with_the_way_out(gnupg, keys, opened, options, reason):
    message = gnupg.encrypted("-r", "rsa@example.com", *options)

    with pytest.raises(FileFailed) as failed:
        opened(message)
    assert reason in str(failed.value)
    assert 'pgp = "gnupg" in the connector may read it' in str(failed.value)
    assert opened(message, library="gnupg") == PLAIN


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_key_that_is_none_is_the_connectors_fault(gnupg, keys, opened, library):
    message = gnupg.encrypted("-r", "rsa@example.com")

    with pytest.raises(Misconfigured, match=r"connectors\.acme-files\.pgp_private_key: is no private"):
        opened(message, "rubbish", library)
    with pytest.raises(FileFailed, match=r"connectors\.acme-files\.pgp_private_key is not given"):
        opened(message, "", library)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("key", "passphrase", "problem"),
    [
        ("rsa", "", ""),
        ("rsa", "not needed", ""),
        ("protected", "geheim", ""),
        ("protected", "wrong", "pgp_passphrase: is not the passphrase"),
        ("protected", "", "pgp_p(rivate_key: is protected|assphrase: is not)"),
        ("rubbish", "", "pgp_private_key: is no private OpenPGP key.*gpg --armor --export-secret-keys"),
    ],
)
def test_a_key_is_tried_without_a_message(gnupg, keys, tmp_path, library, key, passphrase, problem):
    expected = pytest.raises(Misconfigured, match=rf"connectors\.acme-files\.{problem}")

    with expected if problem else nullcontext():
        try_key(OpenPgp(keys.get(key, key), passphrase, library), tmp_path, "acme-files")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full")
@pytest.mark.parametrize(
    ("library", "reason"), [("sequoia", "No space left"), ("gnupg", "gpg could not write")]
)
def test_a_full_disk_is_no_fault_of_the_file(gnupg, keys, tmp_path, library, reason):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(gnupg.encrypted("-r", "rsa@example.com"))
    target.symlink_to("/dev/full")

    with pytest.raises(RetryLater, match=f"^SpoolFull: the spool cannot be used: {reason}"):
        decrypt_file(source, target, OpenPgp(keys["rsa"], "", library), "acme-files")


def test_a_killed_child_is_no_fault_of_the_file(monkeypatch, opened, gnupg, keys):
    monkeypatch.setattr(
        child, "command_of", lambda _: [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    )

    with pytest.raises(RetryLater):
        opened(gnupg.encrypted("-r", "rsa@example.com"))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a child that its parent is gone")
def test_the_child_ends_with_its_parent(tmp_path):
    """The child waits for its request; its parent is killed before it sends one."""
    code = f"import subprocess, time; p = subprocess.Popen({child.command_of('sequoia')!r}, stdin=-1); " \
           "print(p.pid, flush=True); time.sleep(600)"  # fmt: skip
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    number = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()

    while Path(f"/proc/{number}").exists() and "Z" not in Path(f"/proc/{number}/stat").read_text().split()[2]:
        pass


def test_secrets_are_in_no_command_line(tmp_path):
    request = DecryptionRequest(tmp_path / "a", tmp_path / "b", "a private key", "geheim")

    assert not {"geheim", "a private key"} & set(" ".join(child.command_of("sequoia")).split())
    assert "geheim" not in repr(request)
    assert DecryptionRequest.loads(request.dumps().decode()) == request
