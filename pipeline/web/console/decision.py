"""``/dead-letters/confirm``: a decision on many letters, with their number in the button that takes it."""

from typing import Any

from flask import Response

from pipeline.operate.code_meanings import meaning_of
from pipeline.operate.deciding import CountChanged, begin_decision
from pipeline.operate.letter_groups import groups_of_letters
from pipeline.settle.dead_letters import Filter
from pipeline.text.plural import counted
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.filters import LettersForm, read_form, read_query
from pipeline.web.console.pages import failed, go_to, page
from pipeline.web.console.places import own_path
from pipeline.web.console.presses import once
from pipeline.web.context import actor, stores
from pipeline.web.quick_redis import answering_redis

FIELDS = ("connector", "destination", "audience", "code", "batch", "older_than", "newer_than", "proven")
NOTHING_SELECTED = "Nothing is selected: tick dead letters first, or act on all that match."
VERBS = {"replay": "Replay", "drop": "Drop"}

decision = ConsoleBlueprint("decision")


@decision.get("/dead-letters/confirm")
@needs("operate")
def ask() -> Response:
    """Ask before many letters are sent again or given up."""
    asked = read_query(LettersForm, lists=("id",))
    if not asked["id"] and not asked["all"]:
        return failed(back_of(asked), NOTHING_SELECTED)
    return question_page(asked)


@decision.post("/dead-letters/confirm")
@needs("operate")
def decide() -> Response:
    """Begin the operation, if as many letters match as the person saw."""
    asked = read_form(LettersForm, lists=("id",))
    place = stores()

    def begin() -> str:
        begun = begin_decision(
            place.engine,
            place.broker_url,
            actor(),
            asked["kind"],
            chosen_by(asked),
            expect=asked.get("expect"),
        )
        return f"/operations/{begun.id}"

    try:
        return go_to(once(answering_redis(), begin, back_of(asked)))
    except CountChanged as changed:
        now = counted(changed.matched, "dead letter")
        return question_page(
            asked, f"The number has changed: {now} now, not {asked['expect']:,}. Nothing was done."
        )


def question_page(asked: dict[str, Any], problem: str = "") -> Response:
    """Ask for a decision, with the number of letters that it is about and their codes."""
    groups = groups_of_letters(stores().engine, chosen_by(asked))["groups"]
    count = sum(group["count"] for group in groups)
    verb, letters = VERBS[asked["kind"]], counted(count, "dead letter")
    codes = sorted({group["code"] for group in groups})
    return page(
        "decision",
        f"{verb} {letters}?",
        409 if problem else 200,
        button=f"{verb} {letters}",
        kind=asked["kind"],
        count=count,
        groups=groups,
        meanings={code: meaning_of(code) for code in codes},
        problem=problem,
        cancel=back_of(asked),
        sent=sent_again(asked),
    )


def chosen_by(asked: dict[str, Any]) -> Filter:
    """Return the open letters that are asked for."""
    if asked["id"]:
        return Filter(ids=tuple(asked["id"]))
    fields: dict[str, Any] = {name: asked.get(name) for name in FIELDS}
    return Filter(**fields)


def sent_again(asked: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the fields of the form that takes the decision."""
    if asked["id"]:
        return [("id", one) for one in asked["id"]]
    lengths = {
        name: f"{asked[name].total_seconds():.0f}s" for name in ("older_than", "newer_than") if name in asked
    }
    values = {name: asked[name] for name in FIELDS if name in asked} | lengths
    if "proven" in asked:
        values["proven"] = "true" if asked["proven"] else "false"
    return [("all", "true"), *values.items()]


def back_of(asked: dict[str, Any]) -> str:
    """Return the list that the person came from."""
    return own_path(asked.get("back"), "/dead-letters")
