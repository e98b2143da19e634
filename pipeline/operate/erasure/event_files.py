"""Erase a person from the events of Responsys' files: a RIID, ACCOUNT:RIID or address names one."""

from sqlalchemy import Engine

from pipeline.operate.erasure.found import Found
from pipeline.profiles.erasure import count_of, erase_from_events


def erase(events: Engine, profile: str, found: Found, *, only_count: bool) -> None:
    """Erase the people that ``profile`` names, or only count what is stored of them."""
    counts = count_of(events, profile) if only_count else erase_from_events(events, profile)
    for place, amount in counts.items():
        found.add(place, amount)
