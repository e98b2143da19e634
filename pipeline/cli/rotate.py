"""``activation rotate-keys``: encrypt all stored secrets with the newest key."""

import click

from pipeline.runtime.stores import open_stores
from pipeline.text.plural import counted


@click.command()
def rotate_keys() -> None:
    """Encrypt all stored secrets anew with the first key of ACTIVATION_SECRET_KEY.

    Put the new key first and the former ones behind it, run this, then leave the former ones out. A key that
    was made for you is in the data folder, in secret.key.
    """
    with open_stores() as stores:
        count = stores.records.reseal()
    click.echo(f"{counted(count, 'record')} encrypted with the first key.")
