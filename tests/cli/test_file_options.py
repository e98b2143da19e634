"""Options that say how a file is read, and profiles of the configuration that say the same."""

from pathlib import Path

import pytest

from tests.cli.test_sync import sent

CASE = Path(__file__).parents[1] / "cases/15-exports-as-they-come/subscribers.csv"
MAPPED = ("--columns", "Email Address=email", "--columns", "LEID=profile_id")
PROFILE = """
[files.subscribers]
columns = { LEID = "profile_id", "Email Address" = "email", TAGS = "" }
constants = { source = "fair" }
consent = "STATUS"
"""


@pytest.fixture
def profile(run, environment, tmp_path):
    """A file profile of this name, applied."""
    file = tmp_path / "profiles.toml"
    file.write_text(PROFILE)
    assert run("apply", str(file)).exit_code == 0
    return "subscribers"


@pytest.mark.parametrize("command", ["send", "sync"])
def test_case_15_columns_are_mapped(run, environment, command):
    result = run(command, "lapsed-buyers", str(CASE), *MAPPED)

    assert (result.exit_code, result.stderr) == (0, "")
    assert sent(environment) == [("ADD", "1001"), ("ADD", "1002")]


@pytest.mark.parametrize("command", ["send", "sync"])
def test_case_15_a_header_without_profile_id_is_answered_with_the_command_that_maps_it(
    run, environment, command
):
    result = run(command, "lapsed-buyers", str(CASE), "--dry-run")

    assert result.exit_code == 2
    assert "its columns are: Email Address, First Name, Last Name" in result.stderr
    assert result.stderr.splitlines()[-1] == (
        f"Say what they are: activation {command} lapsed-buyers {CASE} "
        "--columns LEID=profile_id --columns 'Email Address=email'"
    )


@pytest.mark.parametrize("command", ["send", "sync"])
def test_a_profile_saves_typing(run, environment, profile, command):
    result = run(command, "lapsed-buyers", str(CASE), "--file-profile", profile)

    assert (result.exit_code, result.stderr) == (0, "")
    assert sent(environment) == [("ADD", "1001"), ("ADD", "1002")]


def test_options_are_laid_over_the_profile(run, environment, profile):
    result = run(
        "send", "lapsed-buyers", str(CASE), "--file-profile", profile, "--constant", "call_type=REMOVE"
    )

    assert (result.exit_code, sent(environment)) == (0, [("REMOVE", "1001"), ("REMOVE", "1002")])


def test_a_profile_is_exported_as_it_was_applied_and_pruned(run, environment, profile, tmp_path):
    exported = run("export").stdout
    file = tmp_path / "none.toml"
    file.write_text("")

    assert exported[exported.index("[files") :] == (
        "[files.subscribers]\n"
        'columns = { LEID = "profile_id", "Email Address" = "email", TAGS = "" }\n'
        "only_columns = false\n"
        'constants = { source = "fair" }\n'
        "null = []\n"
        'consent = "STATUS"\n'
    )
    assert "removed    files.subscribers" in run("apply", str(file), "--prune").stdout
    assert "[files" not in run("export").stdout


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--file-profile", "none"), 'file profile "none" does not exist; there are: none'),
        (("--columns", "email"), '"email" is not COLUMN=NAME'),
        (("--constant", "=x"), '"=x" is not NAME=VALUE'),
        (("--columns", "A=b", "--columns", "A=c"), '"A" is given twice'),
        (("--delimiter", "::"), '"::" is not a separator'),
        (("--encoding", "nonsense"), '"nonsense" is not an encoding'),
    ],
)
def test_what_makes_no_sense_is_refused(run, environment, options, problem):
    result = run("send", "lapsed-buyers", str(CASE), *options)

    assert result.exit_code == 2
    assert problem in result.stderr


def test_a_file_that_is_cut_off_is_reported_with_what_was_taken(run, environment, tmp_path):
    import gzip

    file = tmp_path / "changes.csv.gz"
    file.write_bytes(gzip.compress(b"profile_id\n" + b"p-1\n" * 50_000)[:-20])

    result = run("send", "lapsed-buyers", str(file))

    assert result.exit_code == 1
    assert "the compressed file is cut off or damaged" in result.stderr
    assert "Every valid line before that was taken" in result.stderr


@pytest.mark.parametrize(
    "content", ["a\x1b[31m\x07,b\n1,2\n", "PROFILE_ID,\x1b[31mx\n\x07p\x9b,1\n", '{"\x1b[31m": 1}\n']
)
def test_names_in_a_file_command_no_terminal(run, environment, tmp_path, content):
    file = tmp_path / "file"
    file.write_text(content)

    result = run(
        "send", "lapsed-buyers\x1b[31m" if "b" in content else "lapsed-buyers", str(file), color=True
    )

    assert {"\x1b", "\x07", "\x9b"} & {*result.output} == set()
