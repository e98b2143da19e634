"""``activation send``, against a real server."""

import json

import pytest

from pipeline.cli import main
from tests.fixtures.commands import CommandRunner

HEADER = b"profile_id,call_type,email,tier\n"


@pytest.fixture
def send(server_url, entries, tmp_path, monkeypatch):
    """Runs the command on some content, as standard input or as a file of a name."""
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "data"))

    def run(content, *options, audience="lapsed-buyers", name=None):
        if name:
            (tmp_path / name).write_bytes(content)
        file = str(tmp_path / name) if name else "-"
        return CommandRunner().invoke(
            main, ["send", audience, file, *options], input=None if name else content
        )

    return run


def test_csv_is_sent(send, entries):
    result = send(HEADER + b"p-1,ADD,ada@example.com,gold\np-2,REMOVE,,\n", name="rows.csv")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "accepted 2 of 2\n", "")
    assert sorted((entry.profile_id, entry.call_type, entry.identifiers) for entry in entries()) == [
        ("p-1", "ADD", {"email": "ada@example.com"}),
        ("p-2", "REMOVE", {}),
    ]


def test_json_lines_are_sent_from_standard_input(send, entries):
    result = send(b'{"profile_id": "p-1", "call_type": "ADD"}\n', "--bulk")

    assert (result.exit_code, result.stdout) == (0, "accepted 1 of 1\n")
    assert [(entry.audience, entry.bulk) for entry in entries()] == [("lapsed-buyers", True)]


def test_the_format_can_be_forced(send, entries):
    result = send(b"profile_id\np-1\n", "--format", "csv", name="rows.jsonl")

    assert (result.exit_code, entries.profiles()) == (0, ["p-1"])


def test_bad_rows_are_listed_by_line_and_the_others_sent(send, entries):
    result = send(
        b'{"profile_id": "p-1", "call_type": "ADD"}\n'
        b'{"profile_id": "p-2", "call_type": "add", "identifiers": {"hashed_email": "ada@example.com"}}\n'
        b'{"a" 1}\n'
        b'{"profile_id": "p-4", "call_type": "ADD", "audience": "new-buyers"}\n'
        b'{"profile_id": "p-5", "call_type": "ADD"}\n'
    )

    assert result.exit_code == 1
    assert result.stdout == "accepted 2 of 5; 3 refused\n"
    assert result.stderr.splitlines() == [
        "line 2: call_type: This must be ADD, UPDATE or REMOVE, in capitals.; "
        'identifiers.hashed_email: This is a plain address; put it in "email" and it will be hashed.',
        "line 3: This is not JSON: Expecting ':' delimiter at character 6.",
        'line 4: audience: This row is for another audience than "lapsed-buyers".',
    ]
    assert entries.profiles() == ["p-1", "p-5"]


def test_the_first_twenty_errors_are_shown_and_the_others_counted(send):
    result = send(HEADER + b"p-1,add,,\n" * 1_234)

    assert result.stdout == "accepted 0 of 1,234; 1,234 refused\n"
    assert len(result.stderr.splitlines()) == 21
    assert result.stderr.splitlines()[-1] == "and 1,214 more (--json lists all)"


def test_json_lists_every_error(send):
    result = send(HEADER + b"p-1,ADD,,\n" + b"p-1,add,,\n" * 30, "--json")

    outcome = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (outcome["accepted"], outcome["refused"]) == (1, 30)
    assert [error["line"] for error in outcome["errors"]] == list(range(3, 33))
    assert outcome["errors"][0]["messages"] == {
        "call_type": ["This must be ADD, UPDATE or REMOVE, in capitals."]
    }


def test_json_without_errors_has_an_empty_list(send):
    result = send(HEADER + b"p-1,ADD,,\n", "--json")

    assert (result.exit_code, json.loads(result.stdout)) == (0, {"errors": [], "accepted": 1, "refused": 0})


IDS = b"profile_id,number,tier\np-1,77,gold\np-1,77,gold\np-2,77,gold\n"


def test_repeats_of_an_id_are_counted_and_leave_the_books_to_workers(send, entries):
    result = send(IDS, "--id-column", "number")

    told = "accepted 3 of 3; 1 repeated (an id that came before counts once)\n"
    assert (result.exit_code, result.stdout) == (0, told)
    assert len(entries()) == 3
    assert json.loads(send(IDS, "--id-column", "number", "--json").stdout)["repeated"] == 1


def test_an_id_that_comes_again_with_other_content_is_refused_with_its_line(send, entries):
    result = send(IDS + b"p-1,77,silver\n", "--id-column", "number")

    assert (result.exit_code, len(entries())) == (1, 3)
    assert result.stdout.startswith("accepted 3 of 4; 1 refused; 1 repeated")
    assert result.stderr.startswith(
        "line 5: id: An earlier row has this id, profile and call type, but other"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"audience": "laped-buyers", "content": HEADER}, 'there is no audience "laped-buyers"'),
        ({"content": b"email\n"}, "the CSV header has no column profile_id"),
        ({"content": b"[{}]"}, "the file is one JSON array"),
    ],
)
def test_what_cannot_be_sent_at_all_is_a_usage_error(send, entries, options, message):
    result = send(**options)

    assert result.exit_code == 2
    assert message in result.stderr
    assert (result.stdout, entries()) == ("", [])


def test_a_missing_file_is_a_usage_error():
    result = CommandRunner().invoke(main, ["send", "lapsed-buyers", "nowhere.csv"])

    assert result.exit_code == 2
    assert "nowhere.csv" in result.stderr


def test_a_server_that_is_away_is_named(send, monkeypatch):
    monkeypatch.setenv("ACTIVATION_BROKER_URL", "redis://:secret@127.0.0.1:1")

    result = send(HEADER + b"p-1,ADD,,\n")

    assert result.exit_code == 2
    assert "127.0.0.1:1" in result.stderr
    assert "secret" not in result.stderr


def test_a_full_server_is_named_with_the_line_to_go_on_from(send, redis, entries):
    redis.config_set("maxmemory", 1)
    try:
        result = send(HEADER + b"p-1,ADD,,\n", "--wait", "0")
    finally:
        redis.config_set("maxmemory", 0)

    assert (result.exit_code, entries()) == (1, [])
    assert "Redis server is out of memory: wait until workers have made room" in result.stderr
    assert "Every valid line before line 2 was accepted" in result.stderr


def test_a_server_that_goes_away_half_way_leaves_the_line_to_go_on_from(send, wire, monkeypatch):
    monkeypatch.setenv("ACTIVATION_BROKER_URL", wire.url)
    send(HEADER + b"p-1,ADD,,\n")
    wire.lose_answers(99)

    result = send(HEADER + b"p-1,add,,\n" + b"p-1,ADD,,\n" * 3, "--wait", "0")

    wire.lose_answers(0)
    assert result.exit_code == 1
    assert result.stdout == "accepted 0 of 1; 1 refused\n"
    assert (
        "Every valid line before line 3 was accepted; for 3 from there on that is not known" in result.stderr
    )
