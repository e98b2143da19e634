"""``activation imports list|run|files|retry|ignore``, pause and resume, against the SFTP emulator."""

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from pipeline.cli import main
from pipeline.event_files.run_turn import run_turn
from pipeline.operate.activity import SYSTEM
from pipeline.operate.editing import Editor
from pipeline.runtime.stores import open_stores
from pipeline.stores.event_tables import event_files
from pipeline.stores.operator_tables import import_runs
from tests.emulators.sftp.conftest import serving
from tests.event_files.conftest import CLICK, SENT
from tests.fixtures.commands import CommandRunner

ROWS = b"EVENT_CAPTURED_DT,RIID,CAMPAIGN_ID\n05-Jan-2026 14:03:22,7,10\n05-Jan-2026 14:03:23,8,10\nbad,9,1\n"
CONFIGURATION = """
[connectors.acme-files]
kind = "responsys_sftp"
host = "127.0.0.1"
port = {port}
username = "acme_scp"
private_key = {{ file = "{key}" }}
folder = "download"
host_key = "{host_key}"

[imports.acme-events]
connector = "acme-files"
label = "Hourly events"
{further}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("sftp"), "--files", "0") as emulator:
        yield emulator


@pytest.fixture
def activation(server, redis, server_url, tmp_path, monkeypatch):
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "data"))
    for path in server.folder.iterdir():
        path.unlink()
    server.order("reset")

    def run(*arguments: object):
        return CommandRunner().invoke(main, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def apply(activation, server, tmp_path):
    def apply(further: str = 'ready = "none"', host_key: str | None = None) -> None:
        values = {"port": server.port, "key": server.data / "keys" / "client_key", "further": further}
        text = CONFIGURATION.format(host_key=host_key or server.summary()["host_key"], **values)
        (tmp_path / "activation.toml").write_text(text)
        result = activation("apply", tmp_path / "activation.toml")
        assert result.exit_code == 0, result.output

    return apply


def listed(activation):
    [one] = json.loads(activation("imports", "list", "--json").stdout)["imports"]
    return one


def files_of(activation):
    return json.loads(activation("imports", "files", "acme-events", "--json").stdout)["files"]


def test_a_run_lands_what_is_there(activation, apply, server):
    apply()
    (server.folder / SENT).write_bytes(ROWS)
    result = activation("imports", "run", "acme-events", "--json")

    assert result.exit_code == 0
    [file] = json.loads(result.stdout)["files"]
    assert {key: file[key] for key in ("path", "state", "events", "new", "quarantined", "reason")} == {
        "path": SENT, "state": "landed", "events": 2, "new": 2, "quarantined": 1, "reason": "",
    }  # fmt: skip
    assert (
        json.loads(activation("imports", "files", "acme-events", "--json").stdout)["files"][0]["id"]
        == file["id"]
    )
    [line] = json.loads(activation("imports", "lines", file["id"], "--json").stdout)["lines"]
    assert (line["line"], line["text"]) == (4, "bad,9,1")
    assert json.loads(activation("profiles", "show", "7", "--json").stdout)
    again = activation("imports", "run", "acme-events")
    assert (again.exit_code, again.stdout) == (0, "0 files landed, 0 failed, 0 not ready.\n")


def test_while_a_store_is_away_a_file_waits_and_lands_afterwards(activation, apply, server, tmp_path):
    apply()
    assert activation("imports", "run", "acme-events").exit_code == 0
    (server.folder / SENT).write_bytes(ROWS)
    with closing(sqlite3.connect(tmp_path / "data" / "events.db")) as store:
        store.execute("ALTER TABLE responsys_events RENAME TO away")
        failed = activation("imports", "run", "acme-events")
        waiting = files_of(activation)
        store.execute("ALTER TABLE away RENAME TO responsys_events")
    again = activation("imports", "run", "acme-events")

    assert failed.exit_code == 2
    assert "events.db cannot be used: no such table: responsys_events; bring back the file" in failed.stderr
    assert [(file["state"], file["new"]) for file in waiting] == [("fetched", 0)]
    assert again.exit_code == 0
    assert [(file["state"], file["new"]) for file in files_of(activation)] == [("landed", 2)]


def test_an_events_store_that_is_gone_is_not_made_anew(activation, apply, server, tmp_path):
    apply()
    (server.folder / SENT).write_bytes(ROWS)
    assert activation("imports", "run", "acme-events").exit_code == 0
    exported = activation("profiles", "export", "-").stdout
    path = tmp_path / "data" / "events.db"
    away = path.rename(path.with_suffix(".away"))

    for words in ("imports run acme-events", "imports list", "status", "profiles export -", "stats"):
        result = activation(*words.split())
        assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1), words
        assert f"the events store {path} is not there any more" in result.stderr
        assert f"`install -m 600 /dev/null {path}`" in result.stderr
    assert not path.exists()
    away.rename(path)
    assert activation("profiles", "export", "-").stdout == exported

    path.unlink()
    path.touch(0o600)
    assert activation("imports", "run", "acme-events").exit_code == 0
    assert activation("profiles", "export", "-").stdout == exported


def test_a_failed_file_makes_it_end_with_1(activation, apply, server):
    apply()
    (server.folder / SENT).write_bytes(ROWS)
    (server.folder / CLICK).write_bytes(b"NO,HEADER\n1,2\n")
    result = activation("imports", "run", "acme-events")

    assert result.exit_code == 1
    assert "1 file landed, 1 failed, 0 not ready." in result.stdout
    assert "EVENT_CAPTURED_DT" in result.stdout
    assert listed(activation)["files"] == {"failed": 1, "landed": 1}
    assert "1 file failed" in activation("status").stdout


@pytest.mark.parametrize("kind", ["host key", "folder", "unknown"])
def test_a_wrong_configuration_makes_it_end_with_2(activation, apply, kind, caplog):
    further = 'ready = "none"\nfolder = "nowhere"' if kind == "folder" else 'ready = "none"'
    apply(further, f"SHA256:{'A' * 43}" if kind == "host key" else None)
    result = activation("imports", "run", "other" if kind == "unknown" else "acme-events")

    assert result.exit_code == 2
    text = {
        "host key": "has changed",
        "folder": "there is no folder",
        "unknown": 'import "other" does not exist',
    }
    assert text[kind] in result.stderr
    assert caplog.messages == []  # without a handler they would stand above the error
    if kind != "unknown":
        assert text[kind] in listed(activation)["error"]
        assert text[kind] in activation("status").stdout


@pytest.mark.parametrize(
    ("count", "problem"),
    [
        (b"4", "it has 3 records; its count file says 4"),
        (b"no", f"its count file {SENT}.count holds no number of digits alone, such as 1234"),
    ],
)
def test_a_dry_run_compares_the_count(activation, apply, server, count, problem):
    apply('ready = "none"\ncount = ".count"')
    (server.folder / SENT).write_bytes(ROWS)
    (server.folder / f"{SENT}.count").write_bytes(count)

    [file] = json.loads(activation("imports", "run", "acme-events", "--dry-run", "--json").stdout)["files"]

    assert file["problems"][-1] == problem


def test_a_dry_run_says_what_there_is_and_stores_nothing(activation, apply, server, tmp_path):
    apply()
    (server.folder / SENT).write_bytes(ROWS)
    (server.folder / CLICK).write_bytes(b"NO,HEADER\n1,2\n")
    result = activation("imports", "run", "acme-events", "--dry-run", "--json")

    assert result.exit_code == 1
    sent, click = json.loads(result.stdout)["files"]
    assert (sent["path"], sent["rows"]) == (SENT, 3)
    assert sent["columns"] == ["EVENT_CAPTURED_DT", "RIID", "CAMPAIGN_ID"]
    assert sent["problems"] == ["1 of its rows would go to the quarantine"]
    assert "EVENT_CAPTURED_DT" in click["problems"][0]
    assert files_of(activation) == []
    assert list((tmp_path / "data" / "spool" / "acme-events").iterdir()) == []


def test_the_list_tells_state_and_numbers(activation, apply, server, redis):
    apply()
    (server.folder / SENT).write_bytes(ROWS)
    activation("imports", "run", "acme-events")

    one = listed(activation)
    assert one["name"] == "acme-events"
    assert one["state"].startswith("sleeping until 20")
    assert (one["waiting"], one["events"], one["error"]) == (0, {"SENT": 2}, None)
    assert one["last_success"]
    assert "Hourly events" in activation("imports", "list").stdout


def test_a_paused_import_does_not_run(activation, apply):
    apply()
    assert 'import "acme-events" (Hourly events) is paused' in activation("pause", "acme-events").stdout
    assert listed(activation)["state"] == "paused"
    result = activation("imports", "run", "acme-events")
    assert result.exit_code == 2
    assert "activation resume acme-events" in result.stderr

    assert "goes on" in activation("resume", "acme-events").stdout
    assert activation("imports", "run", "acme-events").exit_code == 0


def test_after_ten_hours_of_failures_it_has_failed_until_it_is_resumed(activation, apply, server):
    apply(host_key=f"SHA256:{'A' * 43}")
    activation("imports", "run", "acme-events")
    assert listed(activation)["state"].startswith("sleeping")
    with open_stores() as stores, stores.engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(hours=10, minutes=1)
        connection.execute(update(import_runs).values(failing_since=long_ago))
    activation("imports", "run", "acme-events")

    assert listed(activation)["state"] == "failed"
    assert "activation resume acme-events" in activation("status").stdout
    activation("resume", "acme-events")
    activation("imports", "run", "acme-events")
    assert listed(activation)["state"].startswith("sleeping")


def test_files_that_are_late_are_a_trouble(activation, apply, server):
    apply('ready = "none"\nlate_after = 60')
    (server.folder / SENT).write_bytes(ROWS)
    activation("imports", "run", "acme-events")
    assert "no new file" not in activation("status").stdout

    with open_stores() as stores, stores.events.begin() as connection:
        connection.execute(update(event_files).values(listed_at=datetime.now(UTC) - timedelta(hours=2)))
    assert '"acme-events" (Hourly events) has had no new file for 2' in activation("status").stdout


def test_an_address_with_more_than_20_riids_is_reported(activation, apply, server):
    apply()
    rows = [f"05-Jan-2026 14:03:22,{riid},desk@example.com\n" for riid in range(1, 22)]
    header = "EVENT_CAPTURED_DT,RIID,EMAIL\n"
    (server.folder / SENT).write_text(header + "".join(rows[:20]))
    activation("imports", "run", "acme-events")
    assert "RIIDs" not in activation("status").stdout + activation("imports", "list").stdout

    (server.folder / CLICK).write_text(header + rows[20])
    activation("imports", "run", "acme-events")

    [trouble] = json.loads(activation("status", "--json").stdout)["troubles"][-1:]
    assert trouble["text"] == "1 person has more than 20 RIIDs, which an address connects"
    [person] = re.findall(r"person:\d+", trouble["way_out"])
    assert activation("profiles", "show", person).exit_code == 0
    assert trouble["text"] in " ".join(activation("status").stdout.split())
    assert trouble["text"] in activation("imports", "list").stdout
    assert activation("erase", "desk@example.com", "--yes").exit_code == 0
    activation("imports", "run", "acme-events")
    assert "RIIDs" not in activation("status").stdout


def test_a_file_is_fetched_again_or_never(activation, apply, server):
    apply()
    (server.folder / CLICK).write_bytes(b"NO,HEADER\n1,2\n")
    activation("imports", "run", "acme-events")
    [file] = files_of(activation)

    assert "activation imports run acme-events" in activation("imports", "retry", file["id"]).stdout
    assert activation("imports", "run", "acme-events").exit_code == 1
    assert activation("imports", "ignore", file["id"]).exit_code == 0
    assert activation("imports", "run", "acme-events").exit_code == 0
    assert activation("imports", "retry", "99").exit_code == 2


@pytest.fixture
def fetched(apply, tmp_path):
    """A file that a killed run had fetched, and not landed."""
    apply()
    part = tmp_path / "data" / "spool" / "acme-events" / "7.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text("RIID\n7\n")
    return part


def test_erase_empties_the_spools(activation, fetched):
    assert activation("erase", "7", "--dry-run").exit_code == 0
    assert fetched.exists()

    assert activation("erase", "7", "--yes").exit_code == 0
    assert not fetched.exists()


def test_erase_says_that_a_run_may_have_fetched_the_person(activation, fetched):
    with open_stores() as stores, run_turn(stores.engine, "acme-events"):
        result = activation("erase", "7", "--yes", "--wait", "0")

    assert (result.exit_code, fetched.exists()) == (1, True)
    assert 'a run of import "acme-events" is under way' in result.stderr


@pytest.mark.parametrize("way", ["apply", "editor"])
def test_the_spool_of_a_removed_import_goes(activation, fetched, tmp_path, way):
    if way == "apply":
        (tmp_path / "empty.toml").write_text("")
        assert activation("apply", tmp_path / "empty.toml", "--prune").exit_code == 0
    else:
        with open_stores() as stores:
            editor = Editor(stores.records, stores.redis, SYSTEM, stores.settings.data_dir)
            editor.remove("imports", "acme-events")

    assert not fetched.exists()


def test_what_is_left_out_is_said(activation, apply, server):
    apply()
    (server.folder / "1234_LAUNCH_STATE_20261129_100000.txt").write_bytes(b"x")

    assert "Left out: 1 file (feed LAUNCH_STATE)." in activation("imports", "run", "acme-events").stdout
