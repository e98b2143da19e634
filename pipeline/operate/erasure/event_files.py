"""Erase a person from the events of Responsys' files: a RIID, ACCOUNT:RIID or address names one."""

from pathlib import Path

from sqlalchemy import Engine

from pipeline.consents.erasing import PLACE as WISHES
from pipeline.consents.erasing import count_evidence, erase_evidence
from pipeline.event_files.spools import empty_spools
from pipeline.operate.erasure.found import Found
from pipeline.profiles.erasure import count_of, erase_from_events


def erase(events: Engine, profile: str, found: Found, *, only_count: bool) -> None:
    """Erase the people that ``profile`` names, or only count their stored events."""
    erase_wishes = count_evidence if only_count else erase_evidence
    found.add(WISHES, erase_wishes(events, profile))  # first: handles lead to them
    counts = count_of(events, profile) if only_count else erase_from_events(events, profile)
    for place, amount in counts.items():
        found.add(place, amount)


def erase_fetched(engine: Engine, data_dir: Path, found: Found) -> None:
    """Delete the files that were fetched and not landed: any of them may name the person."""
    for name in empty_spools(engine, data_dir):
        found.not_erased.append(f'a run of import "{name}" is under way, with files that may name it')
