"""Pause, with a reason, and resume."""

from flask import Response, request

from pipeline.operate.pausing import Paused, pause_record, resume_record, rows_of
from pipeline.records.records import SCOPES
from pipeline.text.plural import counted
from pipeline.web.api.records import find_record
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import done, page
from pipeline.web.console.places import back, own_path
from pipeline.web.context import actor, stores
from pipeline.web.quick_redis import answering_redis

PAUSABLE = ("connectors", "destinations", "imports")
LONGEST_REASON = 500  # characters
TOO_LONG = f"The reason is longer than {LONGEST_REASON} characters."

pausing = ConsoleBlueprint("pausing")


@pausing.for_sections("GET", "/{section}/<name>/pause", PAUSABLE)
@needs("operate")
def ask(section: str, name: str) -> Response:
    """Show the consequences of pausing the record, and ask for a reason."""
    return question_page(section, name, own_path(request.args.get("back"), f"/{section}/{name}"))


@pausing.for_sections("POST", "/{section}/<name>/pause", PAUSABLE)
@needs("operate")
def pause(section: str, name: str) -> Response:
    """Stop sending; rows are kept."""
    find_record(section, name)
    place, scope, reason = stores(), SCOPES[section], request.form.get("reason", "").strip()
    if len(reason) > LONGEST_REASON:
        return question_page(section, name, back(f"/{section}/{name}"), TOO_LONG)
    paused = pause_record(place.records, answering_redis(), actor(), scope, name, reason)
    return done(back(f"/{section}/{name}"), outcome_text(scope, name, "is paused", paused))


@pausing.for_sections("POST", "/{section}/<name>/resume", PAUSABLE)
@needs("operate")
def resume(section: str, name: str) -> Response:
    """Send again."""
    find_record(section, name)
    scope = SCOPES[section]
    resumed = resume_record(stores().records, answering_redis(), actor(), scope, name)
    return done(
        back(f"/{section}/{name}"),
        outcome_text(scope, name, "runs again" if scope == "import" else "sends again", resumed),
    )


def question_page(section: str, name: str, place: str, problem: str = "") -> Response:
    """Return the page with the question."""
    find_record(section, name)
    scope = SCOPES[section]
    return page(
        "pause",
        f"Pause {scope} {name}",
        section=section,
        name=name,
        place=place,
        problem=problem,
        reason=request.form.get("reason", ""),
        waiting=rows_of(answering_redis(), stores().records_without_secrets.load(), scope, name),
        longest=LONGEST_REASON,
    )


def outcome_text(scope: str, name: str, verb: str, after: Paused) -> str:
    """Return the record's state in words: ``verb``, further stops (such as its connector's), waiting rows."""
    others = [str(stop) for stop in after.stops if (stop.scope, stop.name) != (scope, name)]
    rows = [] if scope == "import" else [counted(after.rows_waiting, "row waits", "rows wait")]
    text = "; ".join([f'{scope} "{name}" {verb}', *others, *rows])
    return text[:1].upper() + text[1:]
