"""Completion, asked for as a shell does, and with variables that no shell sets so."""

import os
import subprocess
import sys

import pytest

ACTIVATION = [sys.executable, "-c", "from pipeline.cli import main; main(prog_name='activation')"]


def complete(**variables):
    """Ask for a completion; return the exit code, what it answers and its errors."""
    variables = {"_ACTIVATION_COMPLETE": "bash_complete", **variables}
    result = subprocess.run(ACTIVATION, env={**os.environ, **variables}, capture_output=True, text=True)
    return result.returncode, result.stdout, result.stderr


def test_a_word_is_completed():
    code, answer, errors = complete(COMP_WORDS="activation stat", COMP_CWORD="1")

    assert (code, answer, errors) == (0, "plain,status\nplain,stats\n", "")


@pytest.mark.parametrize("words", ["activation nosuch ", "activation stat", 'activation "stat', ""])
@pytest.mark.parametrize("number", ["99", "2", "-1", "0"])
def test_a_word_after_one_that_is_no_command_has_no_completion(words, number):
    code, _, errors = complete(COMP_WORDS=words, COMP_CWORD=number)

    assert (code, errors) == (0, "")


@pytest.mark.parametrize("number", ["", "x", "1.5", "9" * 5000])
def test_a_number_of_a_word_that_is_none_is_refused(number):
    code, answer, errors = complete(COMP_WORDS="activation s", COMP_CWORD=number)

    assert (code, answer) == (2, "")
    assert errors == (
        "Error: _ACTIVATION_COMPLETE is set, and COMP_WORDS or COMP_CWORD is not as a shell sets it while it "
        "completes a word: unset it\n"
    )


@pytest.mark.parametrize("value", ["1", "bash", "nosuch_complete", "bash_nosuch", "_", "bash_complete_"])
def test_a_value_without_meaning_is_refused(value):
    """The command would end without a word otherwise."""
    code, answer, errors = complete(_ACTIVATION_COMPLETE=value, COMP_WORDS="activation s", COMP_CWORD="1")

    assert (code, answer) == (2, "")
    assert errors == "Error: _ACTIVATION_COMPLETE is set, and its value has no meaning: unset it\n"
