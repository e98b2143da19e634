"""A newcomer follows README.md with the emulator in the place of an account."""

import re
import subprocess
import sys

from pipeline.cli import main
from tests.fixtures.commands import CommandRunner
from tests.processes import ROOT

README = (ROOT / "README.md").read_text("utf-8")
COMMAND = [sys.executable, "-m", "emulators.responsys", "--port", "0"]
SECTION = re.compile(r"^ *\[connectors\.acme\].*?\n\n", re.MULTILINE | re.DOTALL)


def welcome():
    """Return the first text of the emulator."""
    process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if line.startswith("What was received"):
                break
    finally:
        process.terminate()
        process.communicate()
    return "".join(lines)


def test_the_emulators_connector_goes_into_the_first_configuration_as_it_is(tmp_path, monkeypatch):
    [first, *_] = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    pasted = SECTION.search(welcome())[0]
    file = tmp_path / "activation.toml"
    file.write_text(SECTION.sub(lambda _: pasted, first))
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "data"))

    result = CommandRunner().invoke(main, ["apply", str(file), "--dry-run"])

    assert result.exit_code == 0, result.output
    assert "created    connectors.acme\n" in result.stdout


def test_the_emulator_knows_the_first_address():
    [first, *_] = re.findall(r'"email": "(.*?)"', README)

    assert re.fullmatch(r"demo-\d{1,3}@example\.com", first)
    assert "Members: 1,000, such as demo-0@example.com." in welcome()
