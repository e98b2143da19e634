"""Runs of an import against a real SSH server: which files are taken, and what becomes of them."""

import errno
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from pipeline.errors import Misconfigured, RetryLater
from pipeline.event_files.ledger import find_file, ignore_file, retry_file, write_row
from pipeline.stores.event_tables import event_files
from tests.event_files.conftest import CLICK, SENT


def zipped(*contents: bytes, name: str = "inner.txt") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}{name}" if number else name, content)
    return stream.getvalue()


def test_files_are_fetched_and_landed_once(folder):
    folder.put(SENT, b"A\n1\n2\n")
    folder.put(CLICK, b"B\n3\n")

    first, again = folder.run(), folder.run()

    assert folder.lander.texts == {"SENT": b"A\n1\n2\n", "CLICK": b"B\n3\n"}
    assert folder.lander.modes == {0o600}
    assert (len(first.landed), again.files) == (2, [])
    assert folder.told == 2
    assert set(folder.states().values()) == {"landed"}
    assert folder.left_in_spool() == []
    assert folder.emulator.summary()["opened"] == 2


def test_files_come_in_the_order_of_their_stamps(folder):
    names = ["1234_SENT_20261129_120000.txt", "1234_OPEN_20261129_100000.txt", "99_CLICK_20261129_110000.txt"]
    for name in names:
        folder.put(name)
    folder.run()

    assert list(folder.lander.texts) == ["OPEN", "CLICK", "SENT"]


@pytest.mark.parametrize(
    "name",
    ["1234_LAUNCH_STATE_20261129_100000.txt", "1234_FORM_20261129_100000.txt", "notes.txt", "1234_NOPE.txt",
     "1234_SENT_20261129_100000.exe", "1234_S*NT_20261129_100000.txt", "1234_SENT_20261129_100000.txt\n",
     f"1234_{'X' * 230}_20261129_100000.txt", "5_SENT_20261129_100000.txt"],
)  # fmt: skip
def test_other_files_are_left_out_and_said(folder, name):
    folder.put(name)
    outcome = folder.run(accounts=("1234",))

    assert folder.ledger.rows() == []
    assert sum(outcome.left_out.values()) == 1


def test_without_its_ready_file_a_file_waits(folder):
    folder.put(SENT)
    assert folder.run(ready=".ready").waiting == 1
    assert folder.states() == {SENT: "waiting"}

    folder.put(f"{SENT}.ready", b"")
    folder.run(ready=".ready")
    assert folder.states() == {SENT: "landed"}


def test_a_ready_file_may_replace_the_extension(folder):
    folder.put(SENT)
    folder.put(SENT.replace(".txt", ".ready"), b"")

    assert len(folder.run(ready=".ready").landed) == 1


def test_a_count_file_is_awaited_and_compared(folder):
    folder.put(SENT, b"A\n1\n2\n")
    assert folder.run(count=".count").waiting == 1

    folder.put(f"{SENT}.count", b"2\n")
    assert len(folder.run(count=".count").landed) == 1
    folder.put(CLICK, b"A\n1\n")
    folder.put(f"{CLICK}.count", b"7")
    assert len(folder.run(count=".count").failed) == 1


def test_a_file_is_taken_when_two_looks_agree(folder, events, monkeypatch):
    def let_pass(seconds):
        with events.begin() as connection:
            earlier = datetime.now(UTC) - timedelta(seconds=seconds)
            connection.execute(update(event_files).values(listed_at=earlier))

    monkeypatch.setattr("time.sleep", let_pass)
    folder.put(SENT)
    outcome = folder.run(ready="size", look_seconds=600)

    assert len(outcome.landed) == 1
    assert folder.emulator.summary()["listings"] == 2


def test_a_file_that_changes_between_two_looks_waits(folder, monkeypatch):
    path = folder.put(SENT)
    monkeypatch.setattr("time.sleep", lambda _: path.write_bytes(b"A\n1\nand more\n"))

    outcome = folder.run(ready="size", look_seconds=60)

    assert (outcome.waiting, outcome.landed) == (1, [])
    assert len(folder.ledger.rows()) == 1


def test_a_clock_that_was_put_back_holds_no_file_up(folder, events):
    folder.put(SENT)
    folder.run(ready=".ready")
    with events.begin() as connection:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        connection.execute(update(event_files).values(listed_at=tomorrow))

    assert len(folder.run(ready="size", look_seconds=2.0).landed) == 1


def test_a_cut_connection_goes_on_at_its_offset(folder):
    content = b"A\n" + b"x" * 20_000_000
    folder.put(SENT, content)
    folder.emulator.fault("cut", after=9_000_000)

    assert len(folder.run().landed) == 1
    assert folder.lander.texts["SENT"] == content
    assert folder.emulator.summary()["bytes_read"] < 30_000_000


def test_when_the_server_stays_away_the_next_run_goes_on(folder, monkeypatch):
    monkeypatch.setattr("pipeline.event_files.server_connection.PAUSES", ())
    content = b"A\n" + b"x" * 20_000_000
    folder.put(SENT, content)
    folder.emulator.fault("cut", after=9_000_000)

    outcome = folder.run()
    assert isinstance(outcome.trouble, RetryLater)
    assert folder.states() == {SENT: "waiting"}
    [part] = folder.left_in_spool()
    assert 0 < (folder.spool.folder / part).stat().st_size < len(content)

    assert folder.run().trouble is None
    assert folder.lander.texts["SENT"] == content
    assert folder.emulator.summary()["bytes_read"] < 30_000_000


def test_a_file_that_grows_while_it_is_read_is_another_one(folder):
    folder.put(SENT, b"A\n" + b"x\n" * 3_000_000)
    folder.put(CLICK)
    folder.emulator.fault("grow", name="*SENT*")

    outcome = folder.run()
    assert folder.states() == {CLICK: "landed"}
    assert (len(outcome.landed), outcome.waiting) == (1, 1)
    assert len(folder.run().landed) == 1


@pytest.mark.parametrize("kind", ["delete", "rename"])
def test_a_file_that_is_gone_stops_no_other(folder, kind):
    folder.put(SENT)
    folder.put(CLICK)
    folder.emulator.fault(kind, name="*SENT*")
    outcome = folder.run()

    assert folder.states() == {CLICK: "landed"}
    assert outcome.remarks == [f"{SENT}: it is not at the server any more"]


def test_a_file_that_shrinks_is_looked_at_again(folder):
    folder.put(SENT, b"A\n" + b"x\n" * 100)
    folder.emulator.fault("shrink")

    assert folder.run().landed == []
    assert len(folder.run().landed) == 1


def test_a_file_that_may_not_be_read_fails_and_the_others_go_on(folder):
    folder.put(SENT)
    folder.put(CLICK)
    folder.emulator.fault("permission", name="*SENT*", times=None)
    folder.run()

    assert folder.states() == {SENT: "failed", CLICK: "landed"}
    assert "may not read" in folder.row(SENT).reason


def test_a_count_file_that_may_not_be_read_fails_its_file_alone(folder):
    for name in (SENT, CLICK):
        folder.put(name, b"A\n1\n")
        folder.put(f"{name}.count", b"1\n")
    folder.emulator.fault("permission", name="*SENT*.count", times=None)
    folder.run(count=".count")

    assert folder.states() == {SENT: "failed", CLICK: "landed"}
    assert f"may not read {SENT}.count" in folder.row(SENT).reason


def test_a_fetched_file_waits_for_a_count_file_that_went_away(folder, monkeypatch):
    folder.put(SENT, b"A\n1\n")
    companion = folder.put(f"{SENT}.count", b"7")
    monkeypatch.setattr(folder.lander, "land", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        folder.run(count=".count")
    monkeypatch.undo()
    companion.unlink()

    assert folder.states() == {SENT: "fetched"}
    assert folder.run(count=".count").waiting == 1
    companion.write_bytes(b"1")
    assert len(folder.run(count=".count").landed) == 1


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("step", "suffix"),
    [
        ("unzipping.copy_member", "zip"),
        ("decryption.child.run_child", "gpg"),
        ("fetching.append_bytes", "txt"),
    ],
)
def test_a_full_disk_lets_a_file_wait(folder, monkeypatch, step, suffix):
    """The reason is ours: the archive is not broken, the message not altered."""

    def full(*_):
        raise FULL

    monkeypatch.setattr(f"pipeline.event_files.{step}", full)
    monkeypatch.setattr("pipeline.event_files.decryption.child.kind_of_message", lambda _: "encrypted")
    folder.connector = replace(folder.connector, pgp_private_key="k")
    name = f"1234_SENT_20261129_100000.{suffix}"
    folder.put(name, zipped(b"A\n1\n"))
    outcome = folder.run()

    assert folder.states() == {name: "waiting"}
    assert str(outcome.trouble) == "SpoolFull: the spool cannot be used: No space left on device"
    assert all(name.endswith(".part") for name in folder.left_in_spool())


def test_an_archive_holds_one_file_whatever_its_name(folder):
    folder.put("1234_SENT_20261129_100000.zip", zipped(b"A\n1\n", name="../../etc/passwd"))
    folder.run()

    assert folder.lander.texts == {"SENT": b"A\n1\n"}
    assert folder.left_in_spool() == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped(b"a", b"b"), "its archive holds 2 files; one is expected"),
        (zipped(), "its archive holds 0 files; one is expected"),
        (zipped(b"x" * 30_000_000), "its archive is too large"),
        (zipped(b"A\n1\n" * 1000)[:-30], "its archive is broken or cut"),
        (b"A\n1\n", "its archive is broken or cut"),
    ],
)
def test_a_bad_archive_fails_whole_with_its_reason(folder, content, reason):
    folder.put("1234_SENT_20261129_100000.zip", content)
    folder.put(CLICK)
    outcome = folder.run()

    assert (len(outcome.failed), len(outcome.landed)) == (1, 1)
    assert folder.row("1234_SENT_20261129_100000.zip").reason.startswith(reason)
    assert folder.left_in_spool() == []


def test_an_archive_that_lies_about_its_size_is_stopped(folder):
    content = bytearray(zipped(b"x" * 30_000_000))
    for place in (content.find(b"PK\x01\x02") + 24, 22):  # the sizes of directory and header
        content[place : place + 4] = (10).to_bytes(4, "little")
    folder.put("1234_SENT_20261129_100000.zip", bytes(content))
    folder.run()

    assert folder.states() == {"1234_SENT_20261129_100000.zip": "failed"}


def test_a_landed_file_is_deleted_or_moved_with_its_companions(folder):
    folder.put(SENT)
    folder.put(f"{SENT}.ready", b"")
    folder.run(ready=".ready", after="move:done")
    assert {path.name for path in (folder.folder / "done").iterdir()} == {SENT, f"{SENT}.ready"}
    assert not (folder.folder / SENT).exists()

    folder.put(CLICK)
    folder.put(f"{CLICK}.ready", b"")
    folder.run(ready=".ready", after="delete")
    assert [path.name for path in folder.folder.iterdir()] == ["done"]


def test_a_file_that_could_not_be_moved_is_moved_next_time(folder):
    folder.put(SENT)
    folder.emulator.fault("permission", on="rename")
    outcome = folder.run(after="move:done")
    assert folder.states() == {SENT: "landed"}
    assert "the login may not move it" in outcome.remarks[0]
    assert "the login may not move it" in folder.row(SENT).reason

    assert folder.run(after="move:done").files == []
    assert (folder.folder / "done" / SENT).exists()
    assert folder.row(SENT).reason == ""


def test_a_failed_file_is_not_moved(folder):
    folder.put(SENT)
    folder.lander.fails = "a reason"
    folder.run(after="delete")

    assert (folder.folder / SENT).exists()
    assert (folder.row(SENT).state, folder.row(SENT).reason) == ("failed", "a reason")


def test_retry_fetches_a_file_again(folder):
    folder.put(SENT)
    folder.lander.fails = "a reason"
    folder.run()
    folder.lander.fails = ""
    assert folder.run().files == []

    retry_file(folder.engine, folder.row(SENT))
    assert len(folder.run().landed) == 1
    retry_file(folder.engine, folder.row(SENT))
    (folder.folder / SENT).unlink()
    folder.run()
    assert folder.row(SENT).reason == "it is not at the server any more"


@pytest.mark.parametrize("decide", [lambda _engine, _file: None, ignore_file], ids=["waiting", "ignored"])
def test_retry_keeps_the_numbers_of_what_was_landed(folder, decide):
    folder.put(SENT)
    folder.run()
    numbers = {"lines": 4, "events": 3, "new": 2, "quarantined": 1}
    write_row(folder.engine, folder.row(SENT).id, landed_at=datetime.now(UTC), **numbers)

    retry_file(folder.engine, folder.row(SENT))
    decide(folder.engine, folder.row(SENT))

    row = folder.row(SENT)
    assert {name: getattr(row, name) for name in numbers} == numbers
    assert row.state == "waiting" or "landed before" in row.reason


def test_an_ignored_file_is_never_fetched(folder):
    folder.put(SENT)
    folder.run(ready=".ready")
    ignore_file(folder.engine, folder.row(SENT))
    folder.put(f"{SENT}.ready")

    assert folder.run(ready=".ready").files == []
    assert folder.states() == {SENT: "ignored"}


def test_what_a_killed_run_leaves_is_deleted_or_used(folder):
    folder.put(SENT, b"A\n1\n")
    folder.run(ready=".ready")
    number = folder.row(SENT).id
    (folder.spool.folder / f"{number}.work").mkdir()
    (folder.spool.folder / f"{number}.work" / "decrypted").write_text("plaintext")
    (folder.spool.folder / "scratch.clean").write_text("plaintext")
    folder.spool.part(number).write_bytes(b"A\n1\n")
    folder.ledger.fetched(number)
    (folder.folder / SENT).unlink()

    folder.run()
    assert folder.lander.texts == {"SENT": b"A\n1\n"}
    assert folder.left_in_spool() == []


def test_a_full_spool_leaves_files_waiting(folder, monkeypatch):
    folder.put(SENT)
    monkeypatch.setattr("pipeline.event_files.spool.ROOM", 1 << 60)
    outcome = folder.run()

    assert "the spool's disk has" in str(outcome.trouble)
    assert folder.states() == {SENT: "waiting"}


def test_a_missing_folder_is_told(folder):
    with pytest.raises(Misconfigured, match="there is no folder download/nowhere"):
        folder.run(folder="nowhere")


def test_a_file_without_a_row_is_unknown(folder):
    with pytest.raises(Misconfigured, match="there is no file 77"):
        find_file(folder.engine, 77)
