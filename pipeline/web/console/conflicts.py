"""``/conflicts``: questions about people, listed, shown, and settled after a second look."""

from typing import Any

from flask import Response

from pipeline.operate.conflicts import read_conflicts
from pipeline.operate.profile_lookup import in_words
from pipeline.web.api.conflicts import look_at, settle_now
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.filters import read_form, read_query
from pipeline.web.console.pages import done, failed, go_to, page
from pipeline.web.console.presses import once
from pipeline.web.context import page_of, stores
from pipeline.web.paths import ROW_ID
from pipeline.web.quick_redis import answering_redis
from schemas.http import ConflictsQuery, SettleBody

PLACE = f"/conflicts/<{ROW_ID}:number>"
KINDS = {
    "family_name": "One address comes with two family names.",
    "handles": "Handles that came together name different people.",
    "consent": "A box of opting out was cleared in Salesforce, though the person is out.",
    "pair": "Both sides of a field changed, or automations work against each other.",
}

conflicts = ConsoleBlueprint("conflicts")


@conflicts.get("/conflicts")
@needs("operate")
def show_all() -> Response:
    """List conflicts, newest first."""
    query = read_query(ConflictsQuery)
    found = read_conflicts(stores(), page_of(query), settled=query["settled"])
    return page("conflicts", "Conflicts", found=found, kinds=KINDS, with_settled=query["settled"])


@conflicts.get(PLACE)
@needs("operate")
def show(number: int) -> Response:
    """Show a conflict, with the records of both people."""
    found = look_at(number)
    return page(
        "conflict",
        f"Conflict {number}",
        found=found,
        kind=KINDS[found["kind"]],
        answers=answers_of(found),
        in_words=in_words,
    )


@conflicts.post(f"{PLACE}/confirm")
@needs("operate")
def confirm(number: int) -> Response:
    """Show the consequence of the chosen answer, and ask once more."""
    answer, found = read_form(SettleBody).get("answer"), look_at(number)
    if found["settled"] is not None:
        return go_to(f"/conflicts/{number}")
    chosen, meanings = answer or found["suggestion"], answers_of(found)
    if chosen not in meanings:
        return failed(f"/conflicts/{number}", "Choose an answer first: nothing was settled.")
    heading, meaning = f"Settle conflict {number}?", meanings[chosen]
    return page("conflict_confirm", heading, number=number, answer=chosen, meaning=meaning)


@conflicts.post(f"{PLACE}/settle")
@needs("operate")
def settle(number: int) -> Response:
    """Settle a conflict, once."""
    answer, said = read_form(SettleBody).get("answer"), []

    def do() -> str:
        settle_now(number, answer)
        said.append(f"Conflict {number} is settled. Its records are written by when they change or are read.")
        return "/conflicts"

    place = once(answering_redis(), do, "/conflicts")
    return done(place, said[0]) if said else go_to(place)


def answers_of(found: dict[str, Any]) -> dict[str, str]:
    """Return the answers that a conflict has, each with its meaning."""
    if found["kind"] == "pair":
        values = found["values"]
        return {
            "salesforce": f"Both sides get {values['field']} of Salesforce: {in_words(values['salesforce'])}",
            "responsys": f"Both sides get {values['field']} of Responsys: {in_words(values['responsys'])}",
        }
    whose, other = found["whose"], found["other"]
    if found["kind"] == "consent":
        return {
            "out": f"{whose} stays out: both sides are told again.",
            "in": f"{whose} is taken back in: it needs that person's own wish.",
        }
    return {
        "same": f"{whose} and {other} are the same person: they become one.",
        "apart": f"{whose} and {other} are two people: it is not asked again.",
    }
