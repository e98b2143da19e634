import os
import subprocess
import sys

import pytest
from click import Context
from click.testing import CliRunner

from pipeline.cli import COMMANDS, dead_letters, main
from pipeline.cli.lazy_group import LazyCommand

HEAVY = "celery kombu alembic requests honcho sqlalchemy.dialects.postgresql"


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
    result = CliRunner().invoke(main, ["misconfigured"])

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "Error: acme: the password is wrong\nother: the list is missing\n"


def test_ctrl_c_is_told_to_the_shell():
    assert CliRunner().invoke(main, ["interrupted"]).exit_code == 130


def test_an_unknown_command_is_a_matter_of_usage():
    result = CliRunner().invoke(main, ["aply"])

    assert result.exit_code == 2
    assert "No such command 'aply'" in result.stderr


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

    assert result.stdout.splitlines()[-1] == "pipeline.cli.lazy_group pipeline.cli.emulator"


@pytest.mark.parametrize("commands", [COMMANDS, dead_letters.COMMANDS])
@pytest.mark.parametrize("width", [30, 60, 200])
def test_a_summary_is_the_first_sentence_of_its_commands_help(commands, width):
    for name in commands.keys() - {"misconfigured", "interrupted", "talkative"}:
        command = commands[name].load()

        assert command.name == name
        assert commands[name].shortened(width) == command.get_short_help_str(width)


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        ("pipeline.cli, pipeline.cli.dead_letters", "sqlalchemy redis rich pipeline.runtime"),
        ("pipeline.cli.dead_letters_look", "rich marshmallow cryptography.fernet"),
        ("pipeline.cli.status, pipeline.cli.stats, pipeline.cli.pause, pipeline.cli.flush", "rich"),
        ("pipeline.cli.apply", "rich"),
        ("pipeline.cli.send, pipeline.cli.sync, pipeline.cli.erase", ""),
    ],
)
def test_commands_import_what_they_use(modules, heavy):
    """Starting costs up to a second of CPU otherwise."""
    code = f"import sys, {modules}; print(*sys.modules)"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set(result.stdout.split()) & {*HEAVY.split(), *heavy.split()} == set()
