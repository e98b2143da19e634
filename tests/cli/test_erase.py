"""``activation erase``, on a real server and both databases."""

import json
import re

import pytest

from pipeline.settle.dead_letters import Filter, count
from tests.builders import begin, cut, first_profiles
from tests.cli.test_dead_letters import on_terminal

SENT = "What Responsys was sent is not undone by this."
FILE = "Redis writes its append-only file anew, so that what was erased leaves it too."


@pytest.fixture
def erase(run):
    """Runs ``activation erase``."""
    return lambda *arguments: run("erase", *arguments)


def letters(environment):
    return count(environment.engine, Filter(state=None))


def waiting(environment, destination="lapsed"):
    return sorted(profile.decode() for profile in first_profiles(environment.redis, destination))


def test_it_says_where_something_was(environment, erase):
    environment.wait("lapsed", "p-1", "p-2", "p-1")
    environment.wait("left", "p-1")
    environment.keep("a", "b")
    environment.keep("c", destination=None)

    result = erase("p-1", "--yes")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "PROFILE  PLACE         DESTINATION  COUNT",
        "p-1      dead letters  -                1",
        "p-1      dead letters  lapsed           2",
        "p-1      lanes         lapsed           2",
        "p-1      lanes         left             1",
        "",
        f"6 things erased. {SENT}",
        FILE,
    ]
    assert (waiting(environment), waiting(environment, "left"), letters(environment)) == (["p-2"], [], 0)


def test_several_profiles_are_erased_at_once(environment, erase):
    environment.wait("lapsed", "p-1", "p-2", "p-3")

    result = erase("p-1", "p-2", "p-4", "p-1", "--yes")

    assert (result.exit_code, result.stdout.splitlines()) == (0, [
        "PROFILE  PLACE  DESTINATION  COUNT",
        "p-1      lanes  lapsed           1",
        "p-2      lanes  lapsed           1",
        "",
        "Nothing is known of p-4.",
        f"2 things erased. {SENT}",
        FILE,
    ])  # fmt: skip
    assert waiting(environment) == ["p-3"]


def test_it_is_noted_without_the_profile(environment, erase):
    environment.wait("lapsed", "p-1", "p-2")

    erase("p-1", "p-2", "--yes")
    erase("p-1", "--dry-run")

    assert environment.activity() == [("profile.erased", "", "2 profiles, 2 things")]


def test_of_whom_nothing_is_known_that_is_said(environment, erase):
    result = erase("p-1", "--yes")

    assert (result.exit_code, result.output) == (0, f"Nothing is known of p-1.\n{FILE}\n")


def test_a_dry_run_changes_nothing(environment, erase):
    environment.wait("lapsed", "p-1")
    environment.keep("a")

    result = erase("p-1", "--dry-run")

    assert (result.exit_code, result.stdout.splitlines()) == (0, [
        "PROFILE  PLACE         DESTINATION  COUNT",
        "p-1      dead letters  lapsed           1",
        "p-1      lanes         lapsed           1",
        "",
        "Nothing was erased: this was a dry run.",
    ])  # fmt: skip
    assert (waiting(environment), letters(environment)) == (["p-1"], 1)


def test_programs_get_every_place(environment, erase):
    environment.wait("lapsed", "p-1")

    assert json.loads(erase("p-1", "--json", "--yes").stdout) == {
        "erased": True,
        "append_only_file": "started",
        "profiles": [
            {
                "profile": "p-1",
                "places": [{"place": "lanes", "destination": "lapsed", "count": 1}],
                "left": [],
            }
        ],
    }


def test_a_dry_run_tells_programs_that_nothing_was_erased(environment, erase):
    assert json.loads(erase("p-1", "--json", "--dry-run").stdout) == {
        "erased": False,
        "append_only_file": None,
        "profiles": [{"profile": "p-1", "places": [], "left": []}],
    }


def test_what_is_in_flight_is_left_and_told(environment, erase):
    environment.wait("lapsed", "p-1", "p-2")
    environment.lanes.flush("lapsed")
    batch = cut(environment.lanes)
    begin(environment.lanes, batch)

    result = erase("p-1", "--yes", "--wait", "1")

    assert (result.exit_code, result.stderr) == (
        1,
        'p-1: a row for destination "lapsed" is in flight: erase it again in a while.\n',
    )
    assert "Nothing is known" not in result.stdout
    assert waiting(environment) == ["p-1", "p-2"]
    assert environment.lanes.settle(batch)
    assert erase("p-1", "--yes", "--wait", "0").exit_code == 0


def test_where_nobody_can_be_asked_a_yes_is_needed(environment, erase):
    environment.wait("lapsed", "p-1")

    result = erase("p-1", "p-2")

    assert (result.exit_code, result.stderr) == (
        2,
        "Error: this would erase 2 profiles and nobody can be asked: add --yes\n",
    )
    assert waiting(environment) == ["p-1"]


@pytest.mark.parametrize(
    ("answer", "last", "rows"), [("y\n", FILE, []), ("n\n", "Nothing was erased.", ["p-1"])]
)
def test_on_a_terminal_a_person_is_asked(environment, environ, answer, last, rows):
    environment.wait("lapsed", "p-1")

    code, output = on_terminal(environ, answer, "erase", "p-1")

    assert (code, output.splitlines()[-1]) == (0, last)
    assert waiting(environment) == rows


@pytest.mark.parametrize("profile", ["", "\udcff"])
def test_what_no_profile_is_called_is_refused(environment, erase, profile):
    """An empty one would be that of all dead letters of which nobody knows whose they are."""
    environment.keep("a", profile_id="", activation='{"profile_id": ""}')

    assert erase(profile, "--yes").exit_code == 2
    assert letters(environment) == 1


def test_a_profile_may_look_like_an_option(environment, erase):
    environment.wait("lapsed", "--yes")

    assert erase("--yes", "--", "--yes").exit_code == 0
    assert waiting(environment) == []


def test_what_could_command_a_terminal_is_not_shown(environment, erase):
    assert not re.search("\x9b", erase("p\x9b2J", "--yes").output)


def test_who_was_in_a_snapshot_may_enter_anew(environment, run, erase, tmp_path):
    file = tmp_path / "members.jsonl"
    file.write_text('{"profile_id": "p-1", "identifiers": {"crm_id": "C-1"}}\n')
    run("sync", "lapsed-buyers", str(file))

    assert erase("p-1", "--yes").stdout.splitlines() == [
        "PROFILE  PLACE      DESTINATION  COUNT",
        "p-1      intake     -                1",
        "p-1      last sent  lapsed           1",
        "",
        f"2 things erased. {SENT}",
        "A snapshot that has the profile still lets it enter anew: take it out of the file or query first.",
        FILE,
    ]
