"""Commands that show what came of event files; the files are landed without a server here."""

import json

import pytest

from pipeline.settings import Settings
from pipeline.stores.database import EVENTS, migrate, open_database
from tests.event_files.folder import export, land
from tests.fixtures.stores import empty_events

ROWS = (
    "RIID,EVENT_CAPTURED_DT,EMAIL,OFFER_URL,BROWSER\n"
    "1,05-Jan-2026 14:03:22,Ada@example.com,www.example.com/shop/shoes,Firefox\n"
    "1,05-Jan-2026 15:00:00,ada@example.com,,\n"
    "2,06-Jan-2026 15:00:00,,,\n"
    "x,06-Jan-2026 15:00:00,ada@example.com,,\n"
)
ADA = {
    "email_click_ct": 2,
    "email_last_click_ts": "2026-01-05T15:00:00Z",
    "email_first_click_ts": "2026-01-05T14:03:22Z",
    "last_active_ts": "2026-01-05T15:00:00Z",
    "last_channel_activities": {"email": "2026-01-05T15:00:00Z"},
    "channels": ["email"],
    "email": "ada@example.com",
    "email_domain": "example.com",
    "rs_user_id": "1",
    "email_urls": ["www.example.com/shop/shoes"],
    "hashedurls": {"889326709007222526": 1},
    "hourly": {"14": 1, "15": 1},
    "hour_of_week": {"38": 1, "39": 1},
    "month_of_year": {"1": 2},
}


@pytest.fixture
def events_engine(environ):
    engine = open_database(Settings.load(environ).events_place)
    migrate(engine, EVENTS)
    empty_events(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def landed(events_engine, tmp_path):
    """A file with two people and a bad line, landed and folded."""
    path = tmp_path / "12_CLICK_20260105_000000.txt"
    path.write_text(ROWS)
    land(events_engine, [path])
    export(events_engine)
    return events_engine


@pytest.mark.parametrize("name", ["1", "01", "12:1", "ADA@example.com"])
def test_a_person_is_shown_by_riid_and_by_address(landed, run, name):
    result = run("profiles", "show", name, "--json")

    assert json.loads(result.stdout) == ADA
    assert "email_click_ct" in run("profiles", "show", name).stdout


def test_an_unknown_person_is_told_with_exit_code_1(landed, run):
    result = run("profiles", "show", "3")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "No event of this person is known.\n"


def test_all_profiles_are_written_to_standard_output_or_a_file(landed, run, tmp_path):
    result = run("profiles", "export")
    run("profiles", "export", str(tmp_path / "all.jsonl"))

    assert [json.loads(line)["rs_user_id"] for line in result.stdout.splitlines()] == ["1", "2"]
    assert (tmp_path / "all.jsonl").read_text() == result.stdout


def test_a_rebuild_gives_the_same_bytes(landed, run):
    before = run("profiles", "export").stdout

    assert run("imports", "rebuild").stdout == "Profiles rebuilt from 3 events.\n"
    assert run("profiles", "export").stdout == before


def test_events_are_shown_and_exported_from_an_id_on(landed, run, tmp_path):
    tail = json.loads(run("events", "tail", "--json").stdout)["events"]
    exported = run("events", "export", "--since", str(tail[0]["id"]))
    run("events", "export", str(tmp_path / "all.parquet"), "--format", "parquet")

    by_time = sorted(tail, key=lambda event: event["captured_at"])
    assert by_time[0] == {
        "id": by_time[0]["id"], "feed": "CLICK", "account": "12", "riid": "1", "email": "ada@example.com",
        "captured_at": "2026-01-05T14:03:22Z", "offer_url": "www.example.com/shop/shoes",
        "other": {"BROWSER": "Firefox"}, "file": by_time[0]["file"], "line": 2,
    }  # fmt: skip
    assert [json.loads(line) for line in exported.stdout.splitlines()] == tail[1:]
    assert exported.stderr == f"2 events written; go on with --since {tail[-1]['id']}.\n"
    import pyarrow.parquet  # it takes as long as all other imports of this file

    table = pyarrow.parquet.read_table(tmp_path / "all.parquet").to_pylist()
    assert [event["id"] for event in table] == [event["id"] for event in tail]


@pytest.mark.parametrize(
    ("options", "said"),
    [((), "There is no event yet.\n"), (("--feed", "Open"), "There is no event of feed OPEN yet.\n")],
)
def test_that_there_is_no_event_is_said(events_engine, run, options, said):
    result = run("events", "tail", *options)

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", said)


def test_lines_of_a_file_are_shown_with_number_reason_and_text(landed, run):
    [file] = json.loads(run("imports", "files", "acme-events", "--json").stdout)["files"]
    lines = json.loads(run("imports", "lines", str(file["id"]), "--json").stdout)["lines"]

    assert (file["state"], file["events"], file["new"], file["quarantined"]) == ("landed", 3, 3, 1)
    text = "x,06-Jan-2026 15:00:00,ada@example.com,,"
    assert lines == [{"line": 5, "reason": "RIID is no whole number below 2^64", "text": text}]
    assert "below 2^64" in run("imports", "lines", str(file["id"])).stdout


def test_an_unknown_import_and_file_are_refused(landed, run):
    assert run("imports", "files", "other").exit_code == 2
    assert run("imports", "lines", "999").exit_code == 2


def test_an_erased_person_leaves_and_does_not_come_back_with_its_file(landed, redis, run, tmp_path):
    found = json.loads(run("erase", "ada@example.com", "--yes", "--json").stdout)
    places = {place["place"]: place["count"] for place in found["profiles"][0]["places"]}
    path = tmp_path / "12_CLICK_20260105_000001.txt"
    path.write_text(ROWS + "3,06-Jan-2026 15:00:00,,,\n")
    [again] = land(landed, [path])

    assert places == {"events": 2, "event profiles": 1, "event handles": 2, "quarantined lines": 1}
    assert again.new == 1
    assert [json.loads(line)["rs_user_id"] for line in export(landed).splitlines()] == ["2", "3"]
    assert run("profiles", "show", "1").exit_code == 1
