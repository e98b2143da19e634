"""The house keeps its order: imports go one way, and nothing opens a connection when imported."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "schemas": {"schemas"},
    "pipeline": {"pipeline", "schemas"},
    "tasks": {"tasks", "pipeline", "schemas"},
    "emulators": {"emulators"},
}
OURS = {*MAY_IMPORT, "tests", "bench"}


def imported(path: Path) -> set[str]:
    """Return the top-level names that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            found.add(str(node.module).partition(".")[0])
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_go_one_way(package):
    for path in (ROOT / package).rglob("*.py"):
        wrong = imported(path) & OURS - MAY_IMPORT[package]
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


def test_the_environment_is_read_in_one_place():
    """``os.environ`` may be handed on to a child process, but only settings.py reads from it."""
    readers = [
        path.relative_to(ROOT).as_posix()
        for package in ("pipeline", "schemas", "tasks")
        for path in (ROOT / package).rglob("*.py")
        if "os.environ" in path.read_text("utf-8") or "getenv" in path.read_text("utf-8")
    ]
    assert readers == ["pipeline/settings.py"]


def test_importing_the_workers_side_connects_to_nothing(tmp_path):
    modules = "tasks, tasks.activation, tasks.delivery, tasks.sync, tasks.shutdown"
    script = f"import socket; socket.socket.connect = None; import {modules}"
    environment = {"ACTIVATION_DATA_DIR": str(tmp_path / "data"), "PATH": ""}
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True)
    assert not (tmp_path / "data").exists()
