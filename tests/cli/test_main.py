import os
import subprocess
import sys

import pytest
from click import Context

from pipeline.cli import COMMANDS, dead_letters, main
from pipeline.cli.lazy_group import LazyCommand
from tests.fixtures.commands import CommandRunner


@pytest.fixture(autouse=True)
def _commands(monkeypatch):
    for name in ("misconfigured", "interrupted", "talkative"):
        monkeypatch.setitem(COMMANDS, name, LazyCommand(f"tests.cli.commands:{name}", f"Be {name}."))


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_there_and_says_what_it_does(name):
    command = main.get_command(Context(main), name)

    assert command is not None
    assert command.name == name
    assert command.get_short_help_str()


def test_a_problem_is_said_without_a_traceback():
    result = CommandRunner().invoke(main, ["misconfigured"])

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "Error: acme: the password is wrong\nother: the list is missing\n"


@pytest.mark.parametrize(
    "words",
    [
        "conflicts show",
        "conflicts settle",
        "imports lines",
        "imports retry",
        "events export --since",
        "pairs diff person --limit",
        "dead-letters list --limit",
    ],
)
def test_a_number_that_no_database_can_look_for_is_refused(words):
    result = CommandRunner().invoke(main, [*words.split(), "9" * 25])

    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not in the range" in result.stderr


@pytest.mark.parametrize("words", ["send a - --wait", "sync a - --max-leaving"])
def test_a_number_that_is_none_is_in_no_range(words):
    result = CommandRunner().invoke(main, [*words.split(), "nan"])

    assert result.exit_code == 2
    assert "'nan' is not a number." in result.stderr


def test_ctrl_c_is_reported_to_the_shell():
    assert CommandRunner().invoke(main, ["interrupted"]).exit_code == 130


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["staus"], 'there is no command "staus"; did you mean "status"?'),
        (["dead-letters", "lst"], 'there is no command "lst"; did you mean "list"?'),
        (["keys", "creat"], 'there is no command "creat"; did you mean "create"?'),
        (["keys", "xyzzy"], 'there is no command "xyzzy"; there are: create, hook, list, revoke'),
        (["--json", "status"], '"--json" belongs to a command, and goes after it: activation status --json'),
        (
            ["dead-letters", "--code=A", "replay", "--yes"],
            '"--code" belongs to a command, and goes after it: activation dead-letters replay --code=A --yes',
        ),
        (["--json", "staus"], 'there is no command "staus"; did you mean "status"?'),
        (["--jason"], "No such option '--jason'"),
        (["--jason", "xyzzy"], "No such option '--jason'"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(words, answer):
    result = CommandRunner().invoke(main, words, prog_name="activation")

    assert result.exit_code == 2
    assert answer in result.stderr


@pytest.mark.parametrize(
    "words", [["trace"], ["dead-letters", "list", "--code"], ["stats", "--connector"], []]
)
@pytest.mark.parametrize("word", [os.fsdecode(b"\xff"), os.fsdecode(b"\xed\xa0\xbd")])
def test_a_word_that_is_no_text_is_refused_by_every_command(words, word):
    result = CommandRunner().invoke(main, [*words, word])

    assert result.exit_code == 2
    assert "is no text in UTF-8" in result.stderr


def test_bytes_that_are_no_text_may_name_a_file(tmp_path):
    path = tmp_path / os.fsdecode(b"\xff.toml")
    path.write_text("[files]\n")

    result = CommandRunner().invoke(main, ["completion", str(path)])

    assert "is no text" not in result.stderr
    assert "is not one of" in result.stderr


@pytest.mark.parametrize("group", [[], ["dead-letters"], ["keys"], ["emulator"]])
def test_help_lists_commands_by_whole_sentences(group):
    result = CommandRunner().invoke(main, [*group, "--help"], terminal_width=60)

    assert "..." not in result.stdout.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("shell", "mark"), [("bash", "complete -o"), ("zsh", "#compdef"), ("fish", "complete --")]
)
def test_a_shell_is_reported_how_to_complete(shell, mark):
    result = CommandRunner().invoke(main, ["completion", shell])

    assert mark in result.stdout
    assert "_ACTIVATION_COMPLETE" in result.stdout


def run(words, **options):
    """Run a command as a process of its own."""
    code = f"from pipeline.cli import main; main({words!r}, prog_name='activation')"
    return subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize(
    ("words", "found"), [("activation sta", "status stats"), ("activation keys cre", "create")]
)
def test_the_tab_key_completes_commands(words, found):
    asked = {
        "_ACTIVATION_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }

    result = run([], stdout=subprocess.PIPE, env={**os.environ, **asked})

    assert [line.removeprefix("plain,") for line in result.stdout.split()] == found.split()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device")
def test_a_full_standard_output_is_reported_without_a_traceback():
    with open("/dev/full", "w") as full:
        result = run(["--help"], stdout=full)

    assert result.returncode == 2
    assert result.stderr == "Error: standard output: No space left on device\n"


@pytest.mark.parametrize("words", [["--help"], ["dead-letters", "list"], ["status"]])
def test_a_closed_standard_output_makes_no_traceback(words, tmp_path):
    env = {**os.environ, "ACTIVATION_DATA_DIR": str(tmp_path)}

    result = run(words, preexec_fn=lambda: os.close(1), env=env)

    assert (result.returncode, result.stderr) == (0, "")


def test_who_stops_reading_is_not_told_of_it():
    code = (
        "from pipeline.cli import COMMANDS, LazyCommand, main; "
        "COMMANDS['talkative'] = LazyCommand('tests.cli.commands:talkative', ''); main(['talkative'])"
    )
    reader, writer = os.pipe()
    os.close(reader)

    result = subprocess.run([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, text=True)

    os.close(writer)
    assert result.stderr == ""


def test_one_command_does_not_read_the_files_of_the_others():
    code = "import sys; from pipeline.cli import main; main(['emulator', '--help'], standalone_mode=False); "
    code += "print(*[name for name in sys.modules if name.startswith('pipeline.cli.')])"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert result.stdout.splitlines()[-1].split() == [
        f"pipeline.cli.{name}" for name in ("lazy_group", "output", "command_group", "emulator")
    ]


@pytest.mark.parametrize("commands", [COMMANDS, dead_letters.COMMANDS])
def test_a_summary_is_the_first_sentence_of_its_commands_help(commands):
    for name in commands.keys() - {"misconfigured", "interrupted", "talkative"}:
        command = commands[name].load()

        assert command.name == name
        assert commands[name].summary.rstrip(".") == command.get_short_help_str(1_000).rstrip(".")
