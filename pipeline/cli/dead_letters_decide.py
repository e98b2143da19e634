"""``activation dead-letters replay`` and ``drop``: a person's decision about rows that were not delivered."""

from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import Engine

from pipeline.cli.confirm import at_terminal, confirmed, refuse_unasked
from pipeline.cli.dead_letter_options import choosing, filter_of, options_text, proving
from pipeline.errors import Misconfigured
from pipeline.operate.activity import note_alone, person_at_terminal
from pipeline.produce.appender import Appender
from pipeline.runtime.stores import open_stores
from pipeline.settle import dead_letters as letters
from pipeline.settle import replay as replays
from pipeline.settle.dead_letters import Filter
from pipeline.text.plural import counted

YES = click.option(
    "--yes",
    is_flag=True,
    help="Do not ask; needed where nobody can be asked, such as in a script, without IDs.",
)
NOT_OPEN = "None of these is open: they were sent again or dropped before, or the options leave them out."


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@choosing
@proving
@YES
@click.pass_context
def replay(context: click.Context, /, ids: Sequence[str], yes: bool, **options: Any) -> None:
    """Send open dead letters again: those with these IDs, or all that the options choose.

    Safe to repeat: each is sent again once. Exits with 1 when some could not be.
    """
    chosen = filter_of(options, ids)
    with open_stores() as stores:
        stores.require_key()
        if not confirm_choice(stores.engine, chosen, "replay", yes=yes):
            return
        appender = Appender(stores.redis, stores.doorbell)
        done, failed = replays.replay(stores.engine, appender, chosen)
        note_decision(stores.engine, "dead_letters.replay", chosen, done)
    click.echo(f"{letters_of(done)} sent again.")
    if failed:
        click.echo(f"{letters_of(failed)} cannot be sent again: nobody can read the activation.", err=True)
        context.exit(1)


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@choosing
@YES
def drop(ids: Sequence[str], yes: bool, **options: Any) -> None:
    """Give open dead letters up: those with these IDs, or all that the options choose.

    They are kept to be looked at, but nothing will send them.
    """
    chosen = filter_of(options, ids)
    with open_stores() as stores:
        stores.require_key()
        if not confirm_choice(stores.engine, chosen, "drop", yes=yes):
            return
        done = replays.drop(stores.engine, chosen)
        note_decision(stores.engine, "dead_letters.drop", chosen, done)
    click.echo(f"{letters_of(done)} dropped.")


def confirm_choice(engine: Engine, chosen: Filter, verb: str, *, yes: bool) -> bool:
    """Tell whether to go on: there are such letters, and the person at the terminal means all of them.

    Raises Misconfigured for unknown ids, and if a question is needed and no person can be asked.
    """
    refuse_unknown(engine, chosen.ids)
    count = letters.count(engine, chosen)
    if not count:
        click.echo(NOT_OPEN if chosen.ids else "There is no open dead letter that matches: nothing was done.")
        return False
    if yes:
        return True
    if at_terminal():
        return count == 1 or confirmed(f"{verb.capitalize()} {letters_of(count)}?")
    if not chosen.ids:
        refuse_unasked(f"{verb} {letters_of(count)}", "add --yes, or name their ids")
    return True


def refuse_unknown(engine: Engine, ids: Sequence[str]) -> None:
    """Raise Misconfigured when some of the ids are no dead letter's."""
    if not ids:
        return
    known = {letter.id for letter in letters.find_letters(engine, Filter(ids=ids, state=None), len(ids))}
    if missing := sorted(set(ids) - known):
        raise Misconfigured(f"there is no dead letter {', '.join(missing)}: nothing was done")


def note_decision(engine: Engine, action: str, chosen: Filter, done: int) -> None:
    """Write the activity: the number of letters, and the options that chose them."""
    choice = f"{len(chosen.ids)} by id" if chosen.ids else ""
    parts = [letters_of(done), choice, options_text(chosen)]
    note_alone(engine, person_at_terminal(), action, detail=", ".join(part for part in parts if part))


def letters_of(amount: int) -> str:
    """Return "1 dead letter" or "1,200 dead letters"."""
    return counted(amount, "dead letter")
