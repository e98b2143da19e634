"""The command line of the emulator: what it prints, and the files of its options."""

import csv
import io
import re
import subprocess
import sys
import tomllib
import zipfile
from datetime import UTC, datetime

import pysequoia
import pytest

from emulators.sftp.events.rows import RowSet, text_of
from tests.emulators.conftest import ROOT
from tests.emulators.sftp.conftest import serving


def written(data, *options):
    command = [sys.executable, "-m", "emulators.sftp", "--data", str(data), "--write-only", *options]
    subprocess.run(command, check=True, cwd=ROOT)
    return sorted((data / "root" / "download").iterdir())


def test_its_first_words_are_a_configuration_to_paste(sftp):
    pasted = tomllib.loads("".join(line for line in sftp.welcome.splitlines(True) if line.startswith(" ")))

    connector = pasted["connectors"]["acme-files"]
    assert connector["kind"] == "responsys_sftp"
    assert (connector["host"], connector["port"]) == ("127.0.0.1", sftp.port)
    assert connector["host_key"] == sftp.summary()["host_key"]
    assert pasted["imports"]["acme-events"]["connector"] == "acme-files"


def test_keys_and_files_stay_when_it_starts_again(sftp, tmp_path):
    first = written(tmp_path)
    key = (tmp_path / "keys" / "host_key").read_bytes()
    written(tmp_path, "--files", "3")

    assert (tmp_path / "keys" / "host_key").read_bytes() == key
    assert {path.name for path in first} <= {path.name for path in (tmp_path / "root/download").iterdir()}


def test_a_generator_says_what_it_has_written_and_where(tmp_path):
    options = ["--write-only", "--feeds", "SENT,CLICK", "--files", "2", "--rows", "3"]
    command = [sys.executable, "-m", "emulators.sftp", "--data", str(tmp_path), *options]
    result = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)

    folder = tmp_path / "root" / "download"
    assert result.stdout == f"Wrote 4 files of 3 rows each into {folder}: SENT, CLICK\n"


def test_names_are_those_of_responsys(tmp_path):
    names = [path.name for path in written(tmp_path, "--feeds", "SENT,SMS_CLICK", "--account", "77")]

    assert [re.fullmatch(r"77_(SENT|SMS_CLICK)_\d{8}_\d{6}\.txt", name)[1] for name in names] == [
        "SENT",
        "SMS_CLICK",
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
def test_rows_have_the_cells_of_their_header(tmp_path, delimiter):
    word = {",": "comma", ";": "semicolon", "|": "pipe", "\t": "tab"}[delimiter]
    [path] = written(tmp_path, "--feeds", "CLICK", "--rows", "300", "--delimiter", word, "--crlf")
    text = path.read_bytes().decode()

    header, *rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    assert header[3] == "RIID"
    assert len(rows) == 300
    assert {len(row) for row in rows} == {len(header)}
    assert text.count("\r\n") == 301


def test_the_same_seed_makes_the_same_rows():
    rows = RowSet("SENT", 50, datetime(2026, 1, 5, 14, 3, 22, tzinfo=UTC))

    texts = list(text_of(rows))
    assert texts == list(text_of(rows))
    assert all('"05-Jan-2026 ' in line for line in texts[1].splitlines())


def test_archives_and_ciphertext_hold_the_text(tmp_path):
    options = ("--feeds", "OPEN", "--compress", "--encrypt", "--ready", ".ready", "--count", ".count")
    paths = {path.name.partition(".")[2]: path for path in written(tmp_path, *options)}

    assert set(paths) == {"zip.gpg", "zip.gpg.ready", "zip.gpg.count"}
    key = pysequoia.Tsk.from_file(str(tmp_path / "keys" / "pgp_private.asc"))
    opened = pysequoia.decrypt(paths["zip.gpg"].read_bytes(), decryptor=key.decryptor())
    with zipfile.ZipFile(io.BytesIO(opened.bytes)) as archive:
        [member] = archive.namelist()
        assert len(archive.read(member).splitlines()) == 101
    assert paths["zip.gpg.count"].read_text() == "100\n"
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {
        "client_key", "client_key.pub", "host_key", "pgp_private.asc", "pgp_public.asc",
    }  # fmt: skip


def test_companions_may_replace_the_extension(tmp_path):
    names = {
        path.name for path in written(tmp_path, "--feeds", "OPEN", "--ready", "ready", "--replace-extension")
    }

    assert {name.partition(".")[2] for name in names} == {"txt", "ready"}


def test_new_files_come_by_the_clock(tmp_path):
    with serving(tmp_path, "--feeds", "OPEN", "--rows", "1", "--every", "0.2") as emulator:
        while len(emulator.names()) < 3:
            pass


def test_an_unknown_feed_is_refused_with_the_list(tmp_path):
    command = [sys.executable, "-m", "emulators.sftp", "--feeds", "NOPE", "--data", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    assert run.returncode == 2
    assert "no such feed: NOPE; there are: SENT, BOUNCE" in run.stderr
