"""The house keeps its order: imports go one way, and nothing opens a connection when imported."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
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
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMED_FILE = re.compile(rf"`((?:{'|'.join(sorted(OURS))}|docs)/[\w./]*)`")

# Rooms of pipeline/, and the rooms below each of them: never upwards, no circle.
GROUND = "errors text model stores"
WAY = "records produce lanes settle evidence accept deliver"
EVENTS = "people profiles event_files"
ENDS = "accept deliver"
SOURCES = "snapshots streams rules pairs consents"
BELOW = {
    "errors": "",
    "interrupts": "",
    "text": "errors",
    "model": "errors text",
    "stores": "errors text",
    "settings": "errors text stores",
    "logs": "errors text settings",
    "wire": GROUND,
    "responsys": f"{GROUND} wire",
    "salesforce": f"{GROUND} wire",
    "sftp": GROUND,
    "produce": f"{GROUND} settings",
    "records": f"{GROUND} responsys salesforce sftp",
    "lanes": f"{GROUND} records",
    "settle": f"{GROUND} lanes",
    "evidence": f"{GROUND} settle",
    "accept": f"{GROUND} records settle",
    "deliver": f"{GROUND} records lanes settle",
    "people": GROUND,
    "profiles": f"{GROUND} people",
    "event_files": f"{GROUND} records people profiles",
    "snapshots": f"{GROUND} records produce deliver",
    "streams": f"{GROUND} people records produce snapshots",
    "pairs": f"{GROUND} people records produce streams",
    "consents": f"{GROUND} people records streams",
    "rules": f"{GROUND} people streams consents",
    "alerts": f"{GROUND} wire records lanes settings event_files consents",
    "runtime": f"{GROUND} {WAY} alerts settings logs {SOURCES} {EVENTS}",
    "operate": f"{GROUND} records alerts lanes settle evidence {ENDS} settings {SOURCES} {EVENTS} runtime",
    "demo": f"{GROUND} records produce lanes settle settings responsys operate runtime",
    "web": f"{GROUND} records alerts pairs consents {EVENTS} produce settle settings logs operate runtime",
    "cli": f"{GROUND} {WAY} alerts settings logs {SOURCES} {EVENTS} runtime operate demo web interrupts",
    "program": "cli interrupts",
}
# One file may look further than its room.
ALONE = {
    "settle/replay.py": {"produce"},
    "settle/letter_operations.py": {"produce"},
    "cli/__main__.py": {"program"},
}
WITH_SCHEMAS = set("alerts model responsys produce records lanes snapshots runtime web cli".split())


@cache
def imports_of(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """Return the imports of a file."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


def rooms_named(path: Path) -> Iterator[str]:
    for node in imports_of(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name.split(".")[1] for name in whole if name.startswith("pipeline."))


def files_of(room: str) -> list[Path]:
    place = ROOT / "pipeline" / room
    return list(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


@pytest.mark.parametrize("room", BELOW)
def test_a_room_imports_only_from_below(room):
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files_of(room)
        for name in rooms_named(path)
        if name not in {room, *BELOW[room].split(), *ALONE.get(f"{room}/{path.name}", ())}
    }
    assert not wrong, "\n".join(sorted(wrong))


@pytest.mark.parametrize("room", sorted(BELOW.keys() - WITH_SCHEMAS))
def test_a_room_on_the_way_of_a_change_knows_no_schema(room):
    wrong = [path.relative_to(ROOT) for path in files_of(room) if "schemas" in imported(path)]
    assert not wrong, wrong


@pytest.mark.parametrize("kind", ["responsys", "salesforce", "sftp"])
def test_one_file_knows_that_there_is_a_responsys(kind):
    """Another kind of connector is then an entry in that file's table; the demo shows this one kind."""
    rooms = {path: set(rooms_named(path)) for path in (ROOT / "pipeline").rglob("*.py")}
    knowing = {
        path.relative_to(ROOT / "pipeline").as_posix() for path, named in rooms.items() if kind in named
    }

    below = {name for name in knowing if name.split("/")[0] not in (kind, "demo")}
    assert below == {"records/kinds.py"}


def test_no_class_name_occurs_twice():
    """A name has one meaning: who reads it in another room need not ask which is meant."""
    places: dict[str, list[str]] = {}
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name != "Meta":  # marshmallow's word
                places.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())

    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_every_room_is_in_the_table():
    assert {p.stem for p in (ROOT / "pipeline").iterdir() if p.name[0] not in "_."} - {"lua"} == BELOW.keys()


def imported(path: Path) -> set[str]:
    """Return the top-level names that a file imports."""
    found = set()
    for node in imports_of(path):
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


# Rooms of each emulator, and the rooms below each of them.
BELOW_IN_EMULATOR = {
    "responsys": {
        "messages": "",
        "account": "messages",
        "state": "messages account",
        "calls": "messages account state",
        "control": "messages account state calls",
        "server": "messages account state calls control",
    },
    "salesforce": {
        "messages": "",
        "org": "messages",
        "soql": "messages org",
        "state": "messages org soql",
        "calls": "messages org soql state",
        "control": "messages org soql state calls",
        "server": "messages org soql state calls control",
    },
    "sftp": {
        "events": "",
        "files": "events",
        "server": "",
        "control": "events files server",
        "command": "events files server control",
    },
}
SHARED = "serving"  # by all emulators
EMULATORS = ROOT / "emulators"
ROOMS = [(emulator, room) for emulator, rooms in BELOW_IN_EMULATOR.items() for room in rooms]


def emulator_modules_in(emulator: str, path: Path) -> Iterator[str]:
    """Yield the modules of the emulator that a file imports, without the package's name."""
    package = f"emulators.{emulator}."
    for node in imports_of(path):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(package):
            place = f"{node.module}.".removeprefix(package).rstrip(".")
            parts = place.split(".") if place else []
            yield from [place] if len(parts) > 1 else [".".join([*parts, alias.name]) for alias in node.names]


@pytest.mark.parametrize(("emulator", "room"), ROOMS)
def test_a_room_of_an_emulator_imports_only_from_below(emulator, room):
    wrong = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in (EMULATORS / emulator / room).rglob("*.py")
        for module in emulator_modules_in(emulator, path)
        if module.partition(".")[0] not in (room, *BELOW_IN_EMULATOR[emulator][room].split())
    }
    assert not wrong, "\n".join(sorted(wrong))


def test_every_room_of_the_emulators_is_in_the_table():
    places = {
        folder.name: {path.stem for path in folder.iterdir()} - {"__pycache__", "__init__", "__main__"}
        for folder in EMULATORS.iterdir()
        if folder.is_dir() and folder.name not in ("__pycache__", SHARED)
    }
    assert places == {emulator: rooms.keys() for emulator, rooms in BELOW_IN_EMULATOR.items()}


@pytest.mark.parametrize("emulator", BELOW_IN_EMULATOR)
def test_emulators_do_not_know_each_other(emulator):
    named = {
        str(node.module).split(".")[1]
        for path in (EMULATORS / emulator).rglob("*.py")
        for node in imports_of(path)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("emulators.")
    }
    assert named <= {emulator, SHARED}


@pytest.mark.parametrize("emulator", BELOW_IN_EMULATOR)
def test_the_files_of_an_emulator_import_each_other_in_no_circle(emulator):
    root = EMULATORS / emulator
    files = {path: path.relative_to(root).with_suffix("") for path in root.rglob("*.py")}
    graph = {".".join(name.parts): set(emulator_modules_in(emulator, path)) for path, name in files.items()}
    assert set().union(*graph.values()) <= graph.keys()
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the files


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page):
    """Whoever moves a file mends the page that names it, above all docs/extending.md."""
    missing = [name for name in NAMED_FILE.findall(page.read_text("utf-8")) if not (ROOT / name).exists()]

    assert missing == []


@pytest.mark.parametrize("lineage", ["migrations", "event_migrations"])
def test_migrations_are_one_chain(lineage):
    """Two of one number would leave an installation that cannot be upgraded."""
    paths = sorted((ROOT / "pipeline" / "stores" / lineage / "versions").glob("0*.py"))
    names = [re.search(r'^revision = "(\d+)"', path.read_text("utf-8"), re.MULTILINE)[1] for path in paths]
    assert names == [f"{number:04}" for number in range(1, len(paths) + 1)]
    assert names == [path.name[:4] for path in paths]
