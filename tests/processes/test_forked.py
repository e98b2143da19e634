"""Forked processes do what an interpreter with the same words on its command line does."""

import signal
import sys
from contextlib import closing

import pytest

from tests.processes import program
from tests.processes.forked import ForkedProcess

START = [ForkedProcess, program.start_interpreter]
CODE = """
import atexit, os, sys
atexit.register(lambda: print("over", file=sys.stderr))
print(sys.argv[1:], os.environ["WORD"], os.getcwd())
sys.exit(3)
"""


@pytest.mark.parametrize("start", START, ids=["forked", "interpreter"])
def test_words_environment_output_and_code_arrive(start, tmp_path):
    process = start([sys.executable, "-c", CODE, "a", "b"], {"WORD": "said"}, tmp_path / "log", piped=True)

    with closing(process.stdout) as output:
        assert output.read() == f"['a', 'b'] said {program.ROOT}\n"
    assert process.wait(60) == process.poll() == 3
    assert (tmp_path / "log").read_text() == "over\n"


@pytest.mark.parametrize("start", START, ids=["forked", "interpreter"])
def test_a_signal_is_told(start, tmp_path):
    process = start([sys.executable, "-c", "while True: pass"], {}, tmp_path / "log")

    assert process.poll() is None
    process.kill()

    assert process.wait(60) == -signal.SIGKILL
    process.terminate()  # it has ended: nothing happens
