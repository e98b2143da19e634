"""``activation erase PROFILE``: remove a person from both stores, and show the places."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.status import Status

from pipeline.cli.confirm import confirmed, refuse_unasked
from pipeline.cli.tables import show
from pipeline.operate.activity import note_alone, person_at_terminal
from pipeline.operate.erasure.erasure import Erasure
from pipeline.operate.erasure.file_cleanup import checkpoint, rewrite
from pipeline.operate.erasure.found import Found
from pipeline.operate.erasure.people import profile_ids
from pipeline.runtime.stores import Stores, open_stores
from pipeline.text.escapes import printable
from pipeline.text.plural import counted

HEADERS = ("PROFILE", "PLACE", "DESTINATION", "COUNT")
SENT = "What Responsys was sent is not undone by this."
ENTERS = "A snapshot that has the profile still lets it enter anew: take it out of the file or query first."


def require_exact(
    context: click.Context, parameter: click.Parameter, profiles: Sequence[str]
) -> Sequence[str]:
    """Refuse texts that cannot be the id of a profile."""
    for profile in profiles:
        try:
            profile.encode()
        except UnicodeError as error:
            raise click.BadParameter("this is not UTF-8", context, parameter) from error
        if not profile:
            raise click.BadParameter("a profile has a name", context, parameter)
    return tuple(dict.fromkeys(profiles))


@click.command()
@click.argument("profiles", nargs=-1, required=True, metavar="PROFILE...", callback=require_exact)
@click.option("--dry-run", is_flag=True, help="Only show where something is.")
@click.option(
    "--yes", is_flag=True, help="Do not ask; needed where nobody can be asked, such as in a script."
)
@click.option(
    "--wait", type=click.IntRange(min=0), default=60, show_default=True, metavar="SECONDS",
    help="How long to wait for calls that are out.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.pass_context
def erase(
    context: click.Context, profiles: Sequence[str], dry_run: bool, yes: bool, wait: int, as_json: bool
) -> None:
    """Erase all that is stored of each PROFILE (its id, exactly as producers write it).

    A RIID (of one account: ACCOUNT:RIID), an address, an id of Salesforce or person:NUMBER names a person of
    events in Responsys' files and of records in Salesforce.

    Stop producing for it first. Exits with 1 when something is still in flight: then repeat it.
    """
    with open_stores() as stores:
        if dry_run:
            found, file = count_finds(stores, profiles), None
        elif not yes and not confirm_erasure(count_finds(stores, profiles)):
            return
        else:
            found, file = erase_profiles(stores, profiles, time.monotonic() + wait)
    if as_json:
        click.echo(json.dumps(to_json(found, file), indent=2, ensure_ascii=False))
    else:
        print_text(found, file)
    if any(one.not_erased for one in found.values()):
        context.exit(1)


def count_finds(stores: Stores, profiles: Sequence[str]) -> dict[str, Found]:
    """Count the finds of each profile, and change nothing."""
    erasure = Erasure(stores.redis, stores.engine, events=stores.events_if_any)
    found = {profile: erasure.look(profile) for profile in profiles}
    for other in other_ids(stores, profiles):
        found[other] = erasure.look_at_unsettled(other)
    return shown_of(found, profiles)


def confirm_erasure(found: Mapping[str, Found]) -> bool:
    """Ask whether to erase; raises Misconfigured if no person can be asked."""
    profiles = counted(len(found), "profile")
    refuse_unasked(f"erase {profiles}", "add --yes")
    things = counted(sum(one.total for one in found.values()), "thing")
    question = f"Erase {profiles}: {things}, which --dry-run shows?"
    return confirmed(question, "Nothing was erased.", err=True)


def erase_profiles(stores: Stores, profiles: Sequence[str], deadline: float) -> tuple[dict[str, Found], str]:
    """Erase profiles from the stores and, as far as possible, from the stores' files."""
    with moving_sign() as status:
        progress = lambda reason: status.update(f"waiting: {reason}")  # noqa: E731
        events, data_dir = stores.events_if_any, stores.settings.data_dir
        erasure = Erasure(stores.redis, stores.engine, progress, events=events, data_dir=data_dir)
        others = other_ids(stores, profiles)  # of the same people, as long as these are known
        found = {profile: erasure.erase(profile, deadline) for profile in (*profiles, *others)}
        found = shown_of(found, profiles)
        amount = counted(sum(one.total for one in found.values()), "thing")
        detail = f"{counted(len(found), 'profile')}, {amount}"
        note_alone(stores.engine, person_at_terminal(), "profile.erased", detail=detail)
        checkpoint(stores.engine)
        if stores.events_if_any is not None:
            checkpoint(stores.events)
        return found, rewrite(stores.redis, deadline)


def other_ids(stores: Stores, profiles: Sequence[str]) -> list[str]:
    """Return the profile ids under which streams, or sources of their profiles, have sent the same people."""
    ids = [other for profile in profiles for other in profile_ids(stores.events_if_any, profile)]
    return [other for other in dict.fromkeys(ids) if other not in profiles]


def shown_of(found: Mapping[str, Found], profiles: Sequence[str]) -> dict[str, Found]:
    """Leave out other ids of the people under which nothing was found."""
    return {name: one for name, one in found.items() if name in profiles or one.total or one.not_erased}


@contextmanager
def moving_sign() -> Iterator[Status]:
    """Show a moving sign on a terminal."""
    with Console(stderr=True).status("erasing") as status:
        yield status


def print_text(found: Mapping[str, Found], file: str | None) -> None:
    """Print the finds; ``file``: how Redis' file is rewritten, None if nothing was erased."""
    if any(one.total for one in found.values()):
        show_places(found)
        click.echo()
    for profile, one in found.items():
        for rest in one.not_erased:
            click.echo(f"{printable(profile)}: {rest}: erase it again in a while.", err=True)
    nothing = [printable(profile) for profile, one in found.items() if not one.total and not one.not_erased]
    if nothing:
        click.echo(f"Nothing is known of {', '.join(nothing)}.")
    for note in notes(found, file):
        click.echo(note)


def notes(found: Mapping[str, Found], file: str | None) -> Iterator[str]:
    """Write sentences about the erasure and about its limits."""
    total = sum(one.total for one in found.values())
    if file is None:
        yield "Nothing was erased: this was a dry run."
        return
    if total:
        yield f"{counted(total, 'thing')} erased. {SENT}"
    if any(place.name == "last sent" for one in found.values() for place in one.counts):
        yield ENTERS
    if file == "started":
        yield "Redis writes its append-only file anew, so that what was erased leaves it too."
    elif file != "off":
        yield f"Redis' append-only file keeps what was erased until it is written anew: {file}."


def show_places(found: Mapping[str, Found]) -> None:
    """Print the finds as a table."""
    show(HEADERS, [
        (profile, place.name, place.destination, amount)
        for profile, one in found.items()
        for place, amount in places(one)
    ])  # fmt: skip


def places(found: Found) -> list[Any]:
    """Return all places with their counts, in the order of their names."""
    return sorted(found.counts.items(), key=lambda pair: (pair[0].name, pair[0].destination or ""))


def to_json(found: Mapping[str, Found], file: str | None) -> dict[str, Any]:
    """Return the finds for programs."""
    return {
        "erased": file is not None,
        "append_only_file": file,
        "profiles": [
            {
                "profile": profile,
                "places": [
                    {"place": place.name, "destination": place.destination, "count": amount}
                    for place, amount in places(one)
                ],
                "left": one.not_erased,
            }
            for profile, one in found.items()
        ],
    }
