"""``activation keys``: make, list and end keys of the HTTP API and the console."""

import json
import re
from datetime import timedelta
from typing import Any

import click

from pipeline.cli.lazy_group import Group
from pipeline.cli.tables import show
from pipeline.operate.activity import person_at_terminal
from pipeline.operate.hook_keys import create_hook_key, hook_document
from pipeline.operate.keys import SCOPES, create_key, revoke_key, stored_keys
from pipeline.runtime.stores import open_stores
from pipeline.text import durations
from pipeline.text.times import to_the_second

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class KeyName(click.ParamType[str]):
    """The name of a key: it is shown in logs and pages."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, or say how names are written."""
        if not NAME.fullmatch(value):
            self.fail("a name is 1 to 64 letters, digits, dots, dashes and underscores", param, ctx)
        return str(value)


class Lifetime(click.ParamType[timedelta]):
    """A length of time: 90s, 5m, 2h, 90d."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the length of time, or say how to write it."""
        try:
            return durations.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group(cls=Group)
def keys() -> None:
    """Keys for the HTTP API and the console."""


@keys.command()
@click.argument("name", type=KeyName())
@click.option("--scope", type=click.Choice(SCOPES), required=True, help="What the key may do.")
@click.option("--audience", "audiences", multiple=True, help="Only for this audience; repeatable.")
@click.option("--expires", type=Lifetime(), help="Ends after this time: 90s, 5m, 2h, 90d; else never.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def create(
    name: str, scope: str, audiences: tuple[str, ...], expires: timedelta | None, *, as_json: bool
) -> None:
    """Make a key and print it, this once: it is stored nowhere."""
    if audiences and scope != "produce":
        raise click.UsageError("--audience goes with --scope produce")
    with open_stores() as stores:
        key, text = create_key(stores.engine, name, scope, audiences, expires, person_at_terminal())
    document = key.document()
    made = {"name": name, "key": text} | {
        part: document[part] for part in ("scope", "audiences", "expires_at")
    }
    click.echo(json.dumps(made, indent=2) if as_json else text)
    if not as_json:
        click.echo("Keep it: it is not shown again.", err=True)


@keys.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def hook(name: str, *, as_json: bool) -> None:
    """Make a key for messages to a connector's hook, and print URL and key, this once.

    Outbound messages of Salesforce have the key in their URL; webhooks of Responsys have it as password.
    """
    with open_stores() as stores:
        catalog = stores.records_without_secrets.load()
        key, text = create_hook_key(stores.engine, catalog, name, person_at_terminal())
        made = hook_document(stores.settings.web.url, catalog.connectors[name], text)
    click.echo(json.dumps(made, indent=2) if as_json else made["url"])
    if not as_json:
        if "user" in made:
            click.echo(f"user      {made['user']}\npassword  {made['key']}")
        click.echo(f"Keep it: it is not shown again. `activation keys revoke {key.name}` ends it.", err=True)


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_keys(*, as_json: bool) -> None:
    """Show all keys, without the keys themselves."""
    with open_stores() as stores:
        found = [key.document() for key in stored_keys(stores.engine)]
    if as_json:
        click.echo(json.dumps({"keys": found}, indent=2))
    else:
        print_text(found)


@keys.command()
@click.argument("name")
def revoke(name: str) -> None:
    """End a key; web processes refuse it within 5 seconds."""
    with open_stores() as stores:
        ended = revoke_key(stores.engine, name, person_at_terminal())
    click.echo(f'key "{name}" is revoked' if ended else f'key "{name}" was revoked before')


def print_text(documents: list[dict[str, Any]]) -> None:
    """Print the keys as a table."""
    if not documents:
        click.echo("There are no keys: make one with `activation keys create NAME --scope SCOPE`.")
        return
    headers = ("NAME", "SCOPE", "AUDIENCES", "KEY", "CREATED", "EXPIRES", "LAST USED", "REVOKED")
    show(headers, map(row_of, documents))


def row_of(document: dict[str, Any]) -> list[str]:
    """Return a key as a row of the table."""
    one = {name: value or "" for name, value in document.items()}
    place = document.get("connector")
    audiences = f"none: connector {place}" if place else ", ".join(document["audiences"]) or "all"
    names = ("created_at", "expires_at", "last_used_at", "revoked_at")
    created, expires, used, revoked = (to_the_second(one[name]) or "" for name in names)
    times = [created, expires or "never", used or "never", revoked]
    return [one["name"], one["scope"], audiences, one["prefix"], *times]
