"""``/trace``: where a profile's changes are. Its id stands in forms alone, never in an address or a title."""

from flask import Response, request

from pipeline.model.plain import trimmed
from pipeline.operate.activity import note_alone
from pipeline.operate.profile_lookup import in_words, look_up_profiles
from pipeline.operate.trace import trace as trace_profile
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.filters import read_form
from pipeline.web.console.pages import page
from pipeline.web.context import actor, stores
from pipeline.web.quick_redis import answering_redis
from schemas.http import TraceBody

NOT_KEPT = "Outcomes are not kept here (`ACTIVATION_TRACE_DAYS=0`): only waiting rows are found."

trace = ConsoleBlueprint("trace")


@trace.get("/trace")
@needs("operate")
def ask() -> Response:
    """Ask for a profile."""
    return page("trace", "Trace", not_kept=not_kept())


@trace.post("/trace")
@needs("operate")
def show() -> Response:
    """Show a profile's waiting rows, and verdicts of settled ones; an activity notes it, without the id."""
    if not trimmed(request.form.get("profile_id", "")):
        return page("trace", "Trace", 422, problem="Give a profile id.", not_kept=not_kept())
    asked, place = read_form(TraceBody), stores()
    note_alone(place.engine, actor(), "profile.traced")
    cursor = asked.get("cursor")
    profile, limit = asked["profile_id"], asked["limit"]
    found = trace_profile(answering_redis(), place.engine, profile, limit=limit, cursor=cursor)
    people = {} if cursor else look_up_profiles(place, actor(), found["profile_id"])
    words = {n: [(name, in_words(value)) for name, value in fields.items()] for n, fields in people.items()}
    days = f"{place.settings.trace_days:g}"
    return page("trace", "Trace", found=found, people=words, days=days, not_kept=not_kept())


def not_kept() -> str:
    """Say that outcomes are not kept, if so."""
    return "" if stores().settings.trace_days else NOT_KEPT
