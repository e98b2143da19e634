"""``/imports/NAME``: one import, its files, and the lines of a file that count nothing."""

from flask import Response, request

from pipeline.event_files.ledger_list import STATES, newest_files
from pipeline.operate.pausing import stops_in_force
from pipeline.records.stops import stop_of
from pipeline.web.api.imports import ask_for_run, events, find_import, quarantine
from pipeline.web.api.records import find_record
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import done, page
from pipeline.web.console.settings import settings_of
from pipeline.web.context import stores
from pipeline.web.paths import ROW_ID

MOST_FILES = 200  # the newest that a page shows

imports = ConsoleBlueprint("imports")


@imports.get("/imports/<name>")
def show(name: str) -> Response:
    """Show an import."""
    one, catalog = find_import(name), stores().records_without_secrets.load()
    state = request.args.get("state")
    chosen = state if state in STATES else None
    files = newest_files(events(), name, chosen, MOST_FILES + 1)
    return page(
        "import",
        name,
        live=True,
        record=one.record,
        standing=one.document(),
        settings=settings_of(find_record("imports", name)),
        stops=stops_in_force(catalog, "import", name),
        stop=stop_of(catalog, "import", name),
        files=files[:MOST_FILES],
        has_more=len(files) > MOST_FILES,
        states=STATES,
    )


@imports.post("/imports/<name>/run")
@needs("operate")
def run(name: str) -> Response:
    """Let a worker run an import now."""
    ask_for_run(name)
    return done(f"/imports/{name}", f'Import "{name}" is run by the next worker of the queue `imports`.')


@imports.get(f"/imports/<name>/files/<{ROW_ID}:file>")
@needs("operate")
def show_lines(name: str, file: int) -> Response:
    """Show the quarantine of a file."""
    return page("import_lines", f"Bad lines of file {file}", name=name, lines=quarantine(name, file))
