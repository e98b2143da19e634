"""Ctrl-C at moments of a command: it ends without a traceback."""

import signal
import subprocess
import sys

import pytest

from tests.processes import ROOT

IMPORTING = """
import signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
sys.argv = ["activation", *{words!r}]
from pipeline.program import run
run()
"""
RUNNING = """
import sys
from pipeline.cli import COMMANDS
from pipeline.cli.lazy_group import LazyCommand
from pipeline.program import run

COMMANDS[{name!r}] = LazyCommand("tests.cli.commands:{name}", "")
sys.argv = ["activation", {name!r}]
run()
"""


def run(tmp_path, program):
    """Run a program; return the exit code and what it says."""
    environ = {"PYTHONPATH": str(ROOT), "ACTIVATION_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("words", "module"),
    [
        ("up", "pipeline.interrupts"),
        ("up", "click"),
        ("up", "pipeline.cli.up"),
        ("up", "honcho.environ"),
        ("status", "sqlalchemy"),
        ("send a -", "redis"),
        ("dead-letters list", "pipeline.cli.dead_letters_look"),
        ("emulator responsys", "pipeline.cli.emulator"),
    ],
)
def test_an_interrupt_while_modules_are_imported_ends_a_command_without_a_word(tmp_path, words, module):
    program = IMPORTING.format(words=words.split(), module=module)

    assert run(tmp_path, program) == (-signal.SIGINT, "")


@pytest.mark.parametrize("name", ["interrupted", "converted", "finalized"])
def test_an_interrupt_while_a_command_runs_ends_it_without_a_word(tmp_path, name):
    """Python raises another error within ``__set_name__``, and within a finalizer it only prints it."""
    assert run(tmp_path, RUNNING.format(name=name)) == (130, "")


def test_an_interrupt_that_the_starter_ignores_ends_nothing(tmp_path):
    """As of a command that a shell starts in the background."""
    ignore = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    program = ignore + IMPORTING.format(words=["--version"], module="click")

    code, said = run(tmp_path, program)

    assert (code, said.split()[0]) == (0, "activation,")
