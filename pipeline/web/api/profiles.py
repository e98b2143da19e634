"""``/v1/profiles/show``: the fields kept per person from event files; the person stands in the body alone."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.operate.profile_lookup import look_up_profiles
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import actor, answer, stores
from schemas.http import ProfileBody
from schemas.query import NoQuery

profiles = Blueprint("profiles", __name__, description="The fields kept per person from event files.")


@profiles.post("/v1/profiles/show")
@needs("operate")
@profiles.arguments(NoQuery, location="query")
@profiles.arguments(ProfileBody)
@profiles.response(200, description="An empty list for a person of whom no event is known.")
@profiles.doc(security=[{"key": []}])
def show_profiles(_: Mapping[str, Any], body: Mapping[str, Any]) -> Response:
    """Give the fields of the people that a RIID, an address or a number names; an activity notes it."""
    found = look_up_profiles(stores(), actor(), body["person"])
    people = [{"person": f"person:{number}", "fields": fields} for number, fields in found.items()]
    return answer({"profiles": people})
