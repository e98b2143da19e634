"""``activation sync``, on both databases and a real server."""

import gzip
import json
import sqlite3

import pytest

from pipeline.model.activation import decode
from pipeline.model.shard import SHARDS
from pipeline.responsys.actions.custom_event import CustomEvent
from pipeline.snapshots.run_lease import hold_run
from tests.environment import LAPSED

HEADER = "profile_id,crm_id,tier\n"


@pytest.fixture
def sync(run, environment, tmp_path):
    """Runs the command on a file of these profiles."""

    def run_on(profiles, *options, name="members.csv"):
        content = HEADER + "".join(f"{profile},C-{profile},gold\n" for profile in profiles)
        raw = content.encode()
        (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return run("sync", "lapsed-buyers", str(tmp_path / name), *options)

    return run_on


def sent(environment):
    """Take out of the intake what was appended."""
    found = []
    for shard in range(SHARDS):
        found += [decode(raw) for raw in environment.redis.lrange(f"intake:{shard}", 0, -1)]
        environment.redis.delete(f"intake:{shard}")
    return sorted((entry.call_type, entry.profile_id) for entry in found)


@pytest.mark.parametrize("name", ["members.csv", "members.csv.gz"])
def test_the_difference_is_sent_and_told(sync, environment, name):
    sync("abcdef")
    sent(environment)

    result = sync("bcdefg", name=name)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "6 members in 6 lines",
        "DESTINATION  BEFORE  ENTERING  CHANGED  LEAVING  TO SEND  SENT",
        "lapsed            6         1        0        1        2     2  -",
    ]
    assert sent(environment) == [("ADD", "g"), ("REMOVE", "a")]


def test_a_dry_run_tells_numbers_and_examples_and_sends_nothing(sync, environment):
    sync("abcdef")
    sent(environment)

    result = sync("bcdefg", "--dry-run")

    assert (result.exit_code, result.stderr) == (0, "Nothing was sent: this was a dry run.\n")
    assert result.stdout.splitlines()[3:8] == [
        "lapsed, entering: g",
        "lapsed, leaving: a",
        "lapsed: 2 rows, 1 call",
        "  event: triggerCustomEvent, 1 call with 2 rows",
        "    POST /rest/api/v1.3/events/LAPSED",
    ]
    assert sent(environment) == []


def test_the_calls_of_a_dry_run_are_counted_over_all_pages(sync, environment, monkeypatch):
    sync("abcdef")
    sent(environment)
    monkeypatch.setattr("pipeline.snapshots.rehearsal.PAGE_PROFILES", 2)

    result = sync("defghijkl", "--dry-run", "--json")

    expected = json.loads(result.stdout)["destinations"]["lapsed"]["expected"]
    (calls,) = expected["calls"]
    assert (expected["rows"], calls["calls"], calls["rows"]) == (9, 1, 9)
    assert sent(environment) == []


def test_a_dry_run_of_a_baseline_makes_no_calls(sync, empty_environment):
    from tests.environment import ACME

    empty_environment.apply({"acme": ACME}, {"lapsed": {**LAPSED, "existing_members": False}})

    assert sync("abc", "--dry-run").stdout.splitlines()[-1] == "lapsed: 0 rows, 0 calls"


def test_a_snapshot_that_looks_wrong_stops_with_the_numbers_until_it_is_confirmed(sync, environment):
    sync("abcdef")
    sent(environment)

    stopped = sync("abcd")
    nothing = sent(environment)
    confirmed = sync("abcd", "--confirm")

    assert (stopped.exit_code, nothing) == (2, [])
    assert stopped.stderr == (
        '✗ 2 of 6 members (33.3 %) would leave destination "lapsed"; up to 20 % is taken for granted\n'
        "Nothing was sent. If it is right, repeat it with --confirm leaving.\n"
    )
    assert (confirmed.exit_code, sent(environment)) == (0, [("REMOVE", "e"), ("REMOVE", "f")])


def test_how_many_may_leave_is_an_option(sync, environment):
    sync("abcdef")

    assert sync("abcd", "--max-leaving", "50").exit_code == 0


def test_json_tells_everything(sync, environment):
    sync("abc")

    result = sync("abcd", "--json")

    numbers = {"known": 3, "entering": 1, "changed": 0, "leaving": 0, "to_send": 1, "sent": 1}
    assert json.loads(result.stdout) == {
        "audience": "lapsed-buyers", "dry_run": False, "sent": True,
        "lines": 4, "members": 4, "refused": 0, "unreadable": 0, "duplicates": 0, "duplicated": [],
        "errors": [], "concerns": [],
        "destinations": {"lapsed": {**numbers, "baseline": False}}, "finished": {},
    }  # fmt: skip


def test_a_baseline_is_reported(sync, environment, empty_environment):
    from tests.environment import ACME

    empty_environment.apply({"acme": ACME}, {"lapsed": {**LAPSED, "existing_members": False}})

    result = sync("abc")

    assert result.stdout.splitlines()[-1].endswith("0     0  a baseline: nothing is sent")
    assert sent(environment) == []


def test_refused_lines_are_reported_and_the_others_sent(run, environment, tmp_path):
    file = tmp_path / "members.jsonl"
    file.write_text('{"profile_id": "a"}\n{"profile_id": "b", "call_type": "REMOVE"}\n')

    result = run("sync", "lapsed-buyers", str(file))

    assert result.exit_code == 1
    assert result.stderr == (
        "line 2: call_type: A snapshot holds members; leave out who has left.\n"
        "Profiles of refused lines stay what they are.\n"
    )
    assert sent(environment) == [("ADD", "a")]


def test_an_interrupted_run_goes_on_with_the_same_command(sync, environment, wire, monkeypatch):
    monkeypatch.setattr("pipeline.produce.appender.RETRY_PAUSES", (7.0,))  # more than anybody waits
    sync("ab")
    sent(environment)
    with monkeypatch.context() as patch:
        patch.setenv("ACTIVATION_BROKER_URL", wire.url)
        wire.lose_answers(99)
        failed = sync("abcde")
        wire.lose_answers(0)

    result = sync("abcde")

    assert (failed.exit_code, result.exit_code) == (2, 0)
    assert "; the same command goes on from here" in failed.stderr
    assert result.stdout.startswith("An earlier run had been interrupted; it is complete now (3 sent).\n")
    assert sent(environment) == [("ADD", "c"), ("ADD", "d"), ("ADD", "e")]


def test_two_runs_at_once_are_refused(sync, environment):
    with hold_run(environment.engine, "lapsed-buyers"):
        result = sync("a")

    assert result.exit_code == 2
    assert 'a run for audience "lapsed-buyers" is under way' in result.stderr


def test_e_mail_to_existing_members_needs_consent(sync, environment, monkeypatch):
    """A file is no terminal, so nobody can be asked."""
    monkeypatch.setattr(CustomEvent, "irrevocable", True)

    result = sync("abc")

    assert (result.exit_code, sent(environment)) == (2, [])
    assert 'destination "lapsed" would send e-mail to all 3 existing members' in result.stderr
    assert sync("abc", "--confirm").exit_code == 0


def test_a_source_may_be_run_at_once(run, environment, tmp_path):
    file = tmp_path / "customers.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE customers AS SELECT 'a' AS profile_id, 'C-a' AS crm_id")
    database.close()
    source = {"audience": "lapsed-buyers", "url": f"sqlite:///{file}", "query": "SELECT * FROM customers"}
    environment.records.apply({"sources": {"quiet": {**source, "every": 60}}})

    result = run("sync", "--source", "quiet")

    assert (result.exit_code, sent(environment)) == (0, [("ADD", "a")])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "name AUDIENCE and FILE, or a --source"),
        (("lapsed-buyers",), "name AUDIENCE and FILE, or a --source"),
        (("lapsed-buyers", "--source", "quiet"), "a source names its audience itself"),
        (("--source", "quiet"), 'source "quiet" does not exist; there are: none'),
        (("nobody", "-"), 'no destination is set up for audience "nobody"'),
    ],
)
def test_what_cannot_be_done_is_a_usage_error(run, environment, arguments, problem):
    result = run("sync", *arguments)

    assert result.exit_code == 2
    assert problem in result.stderr


@pytest.mark.parametrize(
    ("options", "sends"),
    [
        (("--confirm",), False),
        (("--confirm", "unreadable"), False),
        (("--confirm", "leaving"), False),
        (("--confirm", "leaving", "--confirm", "unreadable"), True),
    ],
)
def test_a_guard_that_is_not_named_stays(run, environment, sync, tmp_path, options, sends):
    """A file with a broken line would else be the way for half of the members to leave."""
    sync("abcdef")
    sent(environment)
    file = tmp_path / "members.csv"
    file.write_text(f"{HEADER}a,C-a,gold\nb\n")

    result = run("sync", *options, "lapsed-buyers", str(file))

    assert (result.exit_code, bool(sent(environment))) == ((1, True) if sends else (2, False))
    if not sends:
        assert "repeat it with --confirm unreadable --confirm leaving." in result.stderr


def test_a_guard_that_does_not_exist_is_refused(run, environment):
    result = run("sync", "lapsed-buyers", "-", "--confirm=everything")

    assert result.exit_code == 2
    assert '"everything" is none of empty, unreadable, leaving, existing, changing' in result.stderr


def test_lines_of_one_profile_are_reported(run, environment, tmp_path):
    file = tmp_path / "members.csv"
    file.write_text(f"{HEADER}a,C-a,gold\na,C-a,silver\nb,C-b,gold\n")

    result = run("sync", "lapsed-buyers", str(file))

    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "2 members in 3 lines")
    assert result.stderr == (
        "1 line more for profiles that have one already, such as a: the latest occurred_at counts, "
        "without one the row that is greater as JSON.\n"
    )
    assert sent(environment) == [("ADD", "a"), ("ADD", "b")]
