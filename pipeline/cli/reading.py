"""Records for commands that only read, which go on without secrets when the secret key is another one."""

import click

from pipeline.records.records import Records
from pipeline.runtime.stores import Stores


def records_to_read(stores: Stores) -> Records:
    """Return the records; say it on standard error if their secrets are left out."""
    if why := stores.key_trouble:
        click.echo(f"Without secrets: {why}", err=True)
    return stores.records_without_secrets
