"""Runs of sources of profiles, put together from the room of profiles."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Engine

from pipeline.model.source import ProfilesSource
from pipeline.profiles.configured_fields import configured_fields
from pipeline.profiles.export import profiles_of
from pipeline.streams.profiles_run import ProfilesRun

OPTIONS = ("full", "resend", "patience", "progress", "confirm")


def profiles_run(
    source: ProfilesSource, engine: Engine, events: Engine, options: Mapping[str, Any]
) -> ProfilesRun:
    """Prepare a run; ``engine``: of the store with the configured fields."""
    given = {name: options[name] for name in OPTIONS if name in options}
    fields = partial(profiles_of, further=configured_fields(engine))
    return ProfilesRun(events, source, fields, **given)
