"""``activation adopt``: take a Redis, or a secret key, over for this store."""

import click

from pipeline.cli.confirm import confirmed, refuse_unasked
from pipeline.lanes.backlog import read_backlogs
from pipeline.operate.status.intake_status import read_intake
from pipeline.records import mirror
from pipeline.runtime.stores import Stores, open_stores
from pipeline.stores import installation, key_check
from pipeline.stores.broker import server_name
from pipeline.stores.known_stranger import id_in
from pipeline.stores.vault import open_vault
from pipeline.text.plural import counted


@click.command()
@click.option(
    "--secret-key", is_flag=True, help="Take the present secret key over, in the place of one that is lost."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def adopt(secret_key: bool, yes: bool) -> None:
    """Take the Redis of another installation over for this SQL store; the rows that wait in it stay there.

    Rows of destinations that this store does not have become dead letters. The workers of the other
    installation send nothing any more.
    """
    with open_stores() as stores:
        stores.strangers_refused = secret_key
        if secret_key:
            adopt_key(stores, yes=yes)
        else:
            adopt_redis(stores, yes=yes)


def adopt_redis(stores: Stores, *, yes: bool) -> None:
    """Take Redis over, after a question that counts the rows in it."""
    own, theirs = installation.own_id(stores.engine), id_in(stores.redis)
    place = server_name(stores.redis)
    if own == theirs:
        click.echo(f"The Redis server at {place} belongs to this store ({own}) already.")
        return
    rows = sum(backlog.waiting for backlog in read_backlogs(stores.redis).values())
    what = (
        f"{counted(rows, 'row')} and {counted(read_intake(stores.redis).waiting, 'activation')} "
        f"of {f'installation {theirs}' if theirs else 'no installation'} wait in the Redis server at {place}"
    )
    if confirm_adoption(f"{what}. Take it over for installation {own}?", "take a Redis over", yes=yes):
        records = stores.records  # before anything changes
        installation.adopt(stores.engine, stores.redis)
        mirror.refresh(stores.redis, records)
        click.echo(f"{what}; it belongs to installation {own} now.")


def adopt_key(stores: Stores, *, yes: bool) -> None:
    """Take the present secret key over, after a question."""
    trouble = stores.key_trouble
    if not trouble:
        click.echo("The secret key is this store's already.")
        return
    question = f"{trouble}.\nTake the present key over, and lose the stored secrets?"
    if confirm_adoption(question, "lose the stored secrets", yes=yes):
        key_check.note_key(stores.engine, open_vault(stores.settings))
        click.echo("The secret key is this store's now: `activation apply` the records with their secrets.")


def confirm_adoption(question: str, deed: str, *, yes: bool) -> bool:
    """Ask, unless told not to; raise Misconfigured without a terminal to ask at."""
    if yes:
        return True
    refuse_unasked(deed, "repeat it with --yes")
    return confirmed(question)
