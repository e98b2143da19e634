"""Starts of commands and producers: the libraries and rooms that each imports.

Each is some milliseconds of every start, and a start may take 0.4 s of CPU.
"""

import subprocess
import sys

import pytest

HEAVY = "celery kombu alembic requests urllib3 honcho flask duckdb asyncssh phonenumbers psycopg "
HEAVY += "sqlalchemy.orm sqlalchemy.dialects.postgresql pipeline.responsys.actions.audience_export"
NO_SCHEMAS = "rich marshmallow pipeline.accept.intake pipeline.evidence"
# Rooms of those that read records.
STORED = "cli model operate records responsys runtime salesforce sftp stores text wire"
# Rooms that a module imports at most (None: any), and further heavy modules that it does not.
STARTS = {
    "produce.producer": ("model produce stores text", f"{NO_SCHEMAS} sqlalchemy"),
    "cli.send": ("cli model produce runtime stores text", f"{NO_SCHEMAS} sqlalchemy cryptography.fernet"),
    "cli.dead_letters": ("cli text", f"{NO_SCHEMAS} sqlalchemy redis"),
    "cli.dead_letters_look": (
        "cli operate records runtime settle stores text",
        f"{NO_SCHEMAS} cryptography.fernet pipeline.records.kinds",
    ),
    "cli.stats": (f"{STORED} lanes settle", NO_SCHEMAS),
    "cli.status": (f"{STORED} accept alerts lanes pairs settle", NO_SCHEMAS),
    "cli.flush": (f"{STORED} accept alerts lanes pairs settle", NO_SCHEMAS),
    "cli.people": (f"{STORED} pairs people profiles", NO_SCHEMAS),
    "cli.trace": (
        f"{STORED} accept consents deliver event_files evidence lanes "
        "people produce profiles settle snapshots",
        "rich marshmallow",
    ),
    "cli.apply": (f"{STORED} event_files lanes people streams", "rich pipeline.evidence"),
    "cli.pause": (f"{STORED} consents event_files lanes people produce streams", NO_SCHEMAS),
    "cli.check": (f"{STORED} consents event_files lanes pairs people produce rules streams", NO_SCHEMAS),
    "cli.sync": (None, ""),
    "cli.erase": (None, ""),
}


def start(module: str) -> set[str]:
    """Return the modules that one of ours imports."""
    code = f"import sys, pipeline.{module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", list(STARTS))
def test_a_start_imports_the_rooms_that_it_uses(module):
    may, heavy = STARTS[module]

    modules = start(module)

    rooms = {name.split(".")[1] for name in modules if name.startswith("pipeline.") and name.count(".") > 1}
    assert modules & {*HEAVY.split(), *heavy.split()} == set()
    assert may is None or rooms - {*may.split()} == set()
