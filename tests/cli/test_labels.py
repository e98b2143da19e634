"""Labels, descriptions and journeys, wherever people read."""

import json

import pytest

from tests.environment import ACME, LAPSED, LEFT


@pytest.fixture
def labelled(environment):
    """An environment whose records have labels; one audience is a journey."""
    journey = {**LEFT, "journey": LEFT["audience"]}
    environment.apply(
        {"acme": {**ACME, "label": "Acme, Europe", "description": "All brands"}},
        {"lapsed": {**LAPSED, "label": "Lapsed buyers", "description": "Starts WINBACK"}, "left": journey},
    )
    environment.wait("lapsed", "a")
    environment.keep("x")
    environment.keep("y", destination="left", audience="leavers")
    return environment


def test_status_shows_labels_and_what_is_a_journey(labelled, run):
    output = run("status").output
    documents = {each["name"]: each for each in json.loads(run("status", "--json").stdout)["destinations"]}

    assert "Destinations: 2, of 1 audience, 1 journey\n" in output
    assert "lapsed (Lapsed buyers)  lapsed-buyers      waiting" in output
    assert "left                    leavers (journey)  idle" in output
    assert documents["lapsed"]["label"] == "Lapsed buyers"
    assert documents["lapsed"]["description"] == "Starts WINBACK"
    assert "journey" not in documents["lapsed"]
    assert documents["left"]["journey"] == documents["left"]["audience"] == "leavers"


def test_stats_shows_labels(labelled, run):
    lines = json.loads(run("stats", "--json").stdout)["destinations"]

    assert "lapsed (Lapsed buyers)" in run("stats").output
    assert [line.get("label") for line in lines] == ["Lapsed buyers", None]


def test_connectors_are_shown_with_their_labels(labelled, run):
    assert "acme (Acme, Europe)  triggerCustomEvent" in run("status").output
    assert "acme (Acme, Europe)  lapsed (Lapsed buyers)" in run("stats").output
    assert run("pause", "acme").output.startswith('connector "acme" (Acme, Europe) is paused; 1 row waits.')
    assert 'connector "acme" (Acme, Europe) is paused since' in run("status").output
    assert json.loads(run("status", "--json").stdout)["stops"][0]["label"] == "Acme, Europe"
    assert run("resume", "acme").output.startswith('connector "acme" (Acme, Europe) goes on; 1 row waits.')


def test_sending_and_tracing_show_labels(labelled, run, tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text("profile_id,crm_id\np-1,C-1\n")

    assert (
        "lapsed (Lapsed buyers): 1 row, 1 call" in run("send", "lapsed-buyers", str(rows), "--dry-run").output
    )
    assert "lapsed (Lapsed buyers)" in run("sync", "lapsed-buyers", str(rows), "--dry-run").output
    assert 'destination "lapsed" (Lapsed buyers): 1 row due now' in run("flush", "lapsed-buyers").output
    assert "lapsed (Lapsed buyers)" in run("trace", "a").output


def test_a_pasted_profile_id_loses_the_white_space_around_it(labelled, run):
    found = json.loads(run("trace", " a\u200b\t", "--json").stdout)

    assert (found["profile_id"], found["waiting"][0]["count"]) == ("a", 1)
    nothing = run("trace", " \u200b")
    assert (nothing.exit_code, "give a profile id" in nothing.output) == (2, True)


def test_dead_letters_show_labels_and_journeys(labelled, run):
    output = run("dead-letters", "list").output
    found = json.loads(run("dead-letters", "list", "--json").stdout)["dead_letters"]
    ids = {letter["destination"]: letter["id"] for letter in found}

    assert output.count("lapsed (Lapsed buyers)") == 2  # the letter, and the sum by code
    assert output.count("leavers (journey)") == 1
    shown = run("dead-letters", "show", ids["lapsed"]).output
    assert "destination:  lapsed (Lapsed buyers)\naudience:     lapsed-buyers\n" in shown
    assert "audience:     leavers (journey)\n" in run("dead-letters", "show", ids["left"]).output
    assert {letter["audience"] for letter in found} == {"lapsed-buyers", "leavers"}


def test_a_journey_is_exported_as_it_was_written(labelled, run):
    exported = json.loads(run("export", "--json").stdout)["destinations"]

    assert exported["left"]["journey"] == "leavers"
    assert "audience" not in exported["left"]
    assert exported["lapsed"]["audience"] == "lapsed-buyers"
