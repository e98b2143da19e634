"""``activation dead-letters``, on a real server and both databases."""

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.cli import main
from pipeline.model.activation import decode
from pipeline.model.shard import SHARDS
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import Filter
from pipeline.settle.replay import drop
from tests.fixtures.commands import CommandRunner


@pytest.fixture
def letters(run):
    """Runs ``activation dead-letters``."""
    return lambda *arguments: run("dead-letters", *arguments)


def ids(result):
    """Return the ids that a list in JSON has."""
    return [letter["id"] for letter in json.loads(result.stdout)["dead_letters"]]


def states(environment):
    return {
        letter.id: letter.state
        for letter in dead_letters.find_letters(environment.engine, Filter(state=None))
    }


def replayed(environment):
    """Return the dead letters that went back to the intake."""
    entries = [
        entry for shard in range(SHARDS) for entry in environment.redis.lrange(f"intake:{shard}", 0, -1)
    ]
    return sorted(decode(entry).replay for entry in entries)


def ago(**length):
    return datetime.now(UTC) - timedelta(**length)


def on_terminal(environ, answer, *arguments):
    """Run a command on a terminal, type an answer, and return its exit code and last line."""
    master, slave = pty.openpty()
    command = [sys.executable, "-W", "error", "-c", "from pipeline.cli import main; main()", *arguments]
    with subprocess.Popen(
        command, env={**os.environ, **environ}, stdin=slave, stdout=subprocess.PIPE, text=True
    ) as process:
        os.write(master, answer.encode())
        output, _ = process.communicate(timeout=60)
    os.close(master)
    os.close(slave)
    return process.returncode, output


def test_open_letters_are_listed_newest_first(environment, letters):
    environment.keep("older", at=ago(hours=2, minutes=5, seconds=30))
    environment.keep(
        "newer", at=ago(minutes=30, seconds=10), profile_id="p-2", code="Invalid", detail="no crm_id"
    )
    environment.keep("done")
    drop(environment.engine, Filter(ids=["done"]))

    lines = letters("list").output.splitlines()

    lines[1] = lines[1].replace(lines[1][7:18], "<age>")
    assert lines == [
        "ID     AGE          STATE  DESTINATION  AUDIENCE       PROFILE  CODE                DETAIL",
        "newer  <age>  open   lapsed       lapsed-buyers  p-2      Invalid             no crm_id",
        "older  2 h 5 min    open   lapsed       lapsed-buyers  p-1      NO_RECIPIENT_FOUND"
        "  Recipient Not Found",
        "",
        "2 open dead letters.",
        "",
        "CODE                DESTINATION  DEAD LETTERS",
        "Invalid             lapsed                  1",
        "NO_RECIPIENT_FOUND  lapsed                  1",
    ]


def test_no_more_are_listed_than_asked_for(environment, letters):
    environment.keep("a", "b", "c")

    lines = letters("list", "--limit", "2").output.splitlines()

    assert lines[4:] == [
        "3 open dead letters; the newest 2 are shown, --limit shows more.",
        "",
        "CODE                DESTINATION  DEAD LETTERS",
        "NO_RECIPIENT_FOUND  lapsed                  3",
    ]


def test_an_empty_list_says_so(environment, letters):
    assert letters("list").output == "There is no open dead letter that matches.\n"
    assert letters("list", "--state", "all").output == "There is no dead letter that matches.\n"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), {"plain", "other", "code", "old", "lost"}),
        (("--destination", "left"), {"other"}),
        (("--connector", "acme"), {"plain", "other", "code", "old"}),
        (("--code", "Invalid"), {"code"}),
        (("--code", "Invalid", "--code", "Timeout"), {"code"}),
        (("--code", "Invalid", "--code", "NO_RECIPIENT_FOUND"), {"plain", "other", "code", "old", "lost"}),
        (("--older-than", "2h"), {"old"}),
        (("--newer-than", "2h"), {"plain", "other", "code", "lost"}),
        (("--state", "dropped"), {"dropped"}),
        (("--state", "all"), {"plain", "other", "code", "old", "lost", "dropped"}),
    ],
)
def test_letters_are_chosen_by_the_options(environment, letters, options, found):
    environment.keep("plain", "dropped")
    environment.keep("other", destination="left")
    environment.keep("code", code="Invalid")
    environment.keep("old", at=ago(hours=3))
    environment.keep("lost", destination=None)
    drop(environment.engine, Filter(ids=["dropped"]))

    assert set(ids(letters("list", "--json", *options))) == found


def test_a_length_of_time_that_cannot_be_read_is_refused(environment, letters):
    result = letters("list", "--older-than", "yesterday")

    assert result.exit_code == 2
    assert '"yesterday" is not a length of time: write 90s, 30m, 2h, 7d or 1w' in result.stderr


def test_a_list_for_programs_keeps_back_what_was_to_be_sent(environment, letters):
    environment.keep("a", "b", at=datetime(2026, 11, 21, 12, tzinfo=UTC))

    assert json.loads(letters("list", "--json", "--limit", "1").stdout) == {
        "count": 2,
        "dead_letters": [
            {
                "id": "a",
                "connector": "acme",
                "destination": "lapsed",
                "audience": "lapsed-buyers",
                "profile_id": "p-1",
                "code": "NO_RECIPIENT_FOUND",
                "detail": "Recipient Not Found",
                "batch": None,
                "created_at": "2026-11-21T12:00:00+00:00",
                "state": "open",
                "settled_at": None,
            }
        ],
    }


def test_one_letter_is_shown_with_all_that_was_to_be_sent(environment, letters):
    environment.keep("a", at=datetime(2026, 11, 21, 12, tzinfo=UTC), batch="7f3c")

    assert letters("show", "a").output.splitlines() == [
        "id:           a",
        "connector:    acme",
        "destination:  lapsed",
        "audience:     lapsed-buyers",
        "profile id:   p-1",
        "code:         NO_RECIPIENT_FOUND",
        "detail:       Recipient Not Found",
        "batch:        7f3c",
        "created at:   2026-11-21T12:00:00+00:00",
        "state:        open",
        "settled at:   -",
        "activation:",
        "  {",
        '    "audience": "lapsed-buyers",',
        '    "profile_id": "p-1",',
        '    "call_type": "ADD",',
        '    "identifiers": {',
        '      "crm_id": "C-9"',
        "    }",
        "  }",
    ]


@pytest.mark.parametrize(
    ("activation", "shown"), [('{"a": 1}', {"a": 1}), ("no \x9b JSON", "no \x9b JSON"), ("[1]", [1])]
)
def test_one_letter_is_shown_to_programs_whatever_was_left_in_the_intake(
    environment, letters, activation, shown
):
    environment.keep("a", activation=activation)

    assert json.loads(letters("show", "a", "--json").stdout)["activation"] == shown


def test_what_could_command_a_terminal_is_not_shown(environment, letters):
    environment.keep("a", activation="\x9b2J", detail="\x9b2J")

    assert "\x9b" not in letters("show", "a").output + letters("list").output


def test_an_unknown_letter_is_refused(environment, letters):
    result = letters("show", "a")

    assert (result.exit_code, result.stderr) == (
        2,
        'Error: there is no dead letter "a"; `activation dead-letters list` shows their ids\n',
    )


def test_letters_are_sent_again_by_id(environment, letters):
    environment.keep("a", "b", "c")

    result = letters("replay", "a", "b")

    assert (result.exit_code, result.output) == (0, "2 dead letters sent again.\n")
    assert replayed(environment) == ["a", "b"]
    assert states(environment) == {"a": "replayed", "b": "replayed", "c": "open"}


def test_replay_may_be_repeated(environment, letters):
    environment.keep("a")
    letters("replay", "a")

    result = letters("replay", "a")

    assert (result.exit_code, result.output) == (
        0,
        "None of these is open: they were sent again or dropped before, or the options leave them out.\n",
    )
    assert replayed(environment) == ["a"]


def test_letters_are_sent_again_by_options(environment, letters):
    environment.keep("a", "b")
    environment.keep("c", code="Invalid")

    result = letters("replay", "--code", "NO_RECIPIENT_FOUND", "--yes")

    assert (result.exit_code, result.output) == (0, "2 dead letters sent again.\n")
    assert replayed(environment) == ["a", "b"]


@pytest.mark.parametrize("command", ["replay", "drop"])
def test_several_codes_are_chosen_at_once_and_the_decision_is_noted(environment, letters, command):
    environment.keep("a", code="Timeout")
    environment.keep("b", code="OutcomeUnknown")
    environment.keep("c", code="Invalid")

    letters(command, "--code", "Timeout", "--code", "OutcomeUnknown", "--yes")

    assert [name for name, state in states(environment).items() if state == "open"] == ["c"]
    assert environment.activity() == [
        (f"dead_letters.{command}", "", "2 dead letters, --code Timeout --code OutcomeUnknown")
    ]


@pytest.mark.parametrize("command", ["replay", "drop"])
def test_help_says_when_a_yes_is_needed(letters, command):
    help_text = " ".join(letters(command, "--help").output.split())

    assert (
        "--yes Do not ask; needed where nobody can be asked, such as in a script, without IDs." in help_text
    )


def test_what_nobody_can_read_is_not_sent_again(environment, letters):
    environment.keep("a")
    environment.keep("b", activation="no JSON")

    result = letters("replay", "--yes")

    assert (result.exit_code, result.stdout) == (1, "1 dead letter sent again.\n")
    assert result.stderr == "1 dead letter cannot be sent again: nobody can read the activation.\n"
    assert states(environment) == {"a": "replayed", "b": "open"}


def test_letters_are_given_up(environment, letters):
    environment.keep("a", "b")

    result = letters("drop", "a")

    assert (result.exit_code, result.output) == (0, "1 dead letter dropped.\n")
    assert states(environment) == {"a": "dropped", "b": "open"}


@pytest.mark.parametrize("command", ["replay", "drop"])
def test_nothing_is_done_when_one_id_is_unknown(environment, letters, command):
    environment.keep("a")

    result = letters(command, "a", "x", "y")

    assert (result.exit_code, result.stderr) == (2, "Error: there is no dead letter x, y: nothing was done\n")
    assert states(environment) == {"a": "open"}


@pytest.mark.parametrize("command", ["replay", "drop"])
def test_where_nobody_can_be_asked_many_need_a_yes(environment, letters, command):
    environment.keep("a", "b")

    result = letters(command, "--destination", "lapsed")

    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: this would {command} 2 dead letters and nobody can be asked: add --yes, or name their ids\n",
    )
    assert states(environment) == {"a": "open", "b": "open"}


@pytest.mark.parametrize("command", ["replay", "drop"])
def test_nothing_to_do_is_no_failure(environment, letters, command):
    result = letters(command, "--destination", "lapsed")

    assert (result.exit_code, result.output) == (
        0,
        "There is no open dead letter that matches: nothing was done.\n",
    )


@pytest.mark.parametrize(
    ("answer", "output", "state"),
    [
        ("y\n", "Drop 2 dead letters? [y/N]: 2 dead letters dropped.\n", "dropped"),
        ("n\n", "Drop 2 dead letters? [y/N]: Nothing was done.\n", "open"),
    ],
)
def test_on_a_terminal_a_person_is_asked(environment, environ, answer, output, state):
    environment.keep("a", "b")

    assert on_terminal(environ, answer, "dead-letters", "drop") == (0, output)
    assert states(environment) == {"a": state, "b": state}


def test_on_a_terminal_nobody_is_asked_about_a_single_one(environment, environ):
    environment.keep("a")

    assert on_terminal(environ, "", "dead-letters", "drop") == (0, "1 dead letter dropped.\n")


STORED = (
    "hello",
    "[" * 1_000,
    '{"a":' * 400 + "1" + "}" * 400,
    '{"profile_id": "p\\ud83d", "variables": {"\\udc00": "\\ud83d"}}',
    '{"n": ' + "9" * 5_000 + "}",
    "\\xff\\x00",
    '{"e": "\u00e9\u2713\U0001f600"}',
    "",
)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
@pytest.mark.parametrize("stored", STORED, ids=range(len(STORED)))
def test_whatever_is_stored_is_shown_without_a_traceback(environment, environ, stored, encoding):
    """Also in an encoding that lacks its characters, as of a terminal without a locale."""
    environment.keep("odd", activation=stored, detail="half \ud83d \u2713", profile_id="p\ud83d")

    for command in (["list"], ["list", "--json"], ["show", "odd"], ["show", "odd", "--json"]):
        result = CommandRunner(charset=encoding, env=environ).invoke(main, ["dead-letters", *command])
        assert (result.exception, result.exit_code) == (None, 0), command
        if command[-1] == "--json":
            json.loads(
                result.stdout_bytes.decode({"ascii": "utf-8"}.get(encoding, encoding))
            )  # click's choice


def test_e_mails_that_were_not_sent_are_sent_again_alone(environment, letters):
    environment.keep("unsent", "open")
    own = dead_letters.table.c.id == "unsent"
    with environment.engine.begin() as connection:
        connection.execute(dead_letters.table.update().where(own).values(proven=True, finding="not sent"))

    assert "Recipient Not Found; not sent" in letters("list").output
    assert letters("replay", "--proven", "--yes").output == "1 dead letter sent again.\n"
    assert (states(environment), replayed(environment)) == (
        {"unsent": "replayed", "open": "open"},
        ["unsent"],
    )


def test_without_e_mails_of_unknown_outcome_nothing_is_looked_up(environment, letters):
    environment.keep("other", code="Timeout")

    assert letters("settle").output == "No e-mail waits for an outcome.\n"
    assert json.loads(letters("settle", "--json").stdout) == {
        "looked_up": 0, "resolved": {}, "not_sent": 0, "undecided": {},
    }  # fmt: skip
