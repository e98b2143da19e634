"""``activation channels``: the ways of alerts to people."""

import json
from typing import Any

import click

from pipeline.alerts.channel_documents import channel_documents
from pipeline.cli.lazy_group import Group
from pipeline.cli.reading import records_to_read
from pipeline.cli.tables import show
from pipeline.operate.activity import person_at_terminal
from pipeline.operate.channel_tests import send_channel_test
from pipeline.runtime.stores import open_stores
from pipeline.text.times import to_the_second


@click.group(cls=Group)
def channels() -> None:
    """Channels that are told of alerts."""


@channels.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_channels(*, as_json: bool) -> None:
    """Show all channels with their last message and its fate."""
    with open_stores() as stores:
        found = channel_documents(stores.engine, records_to_read(stores).export()["channels"])
    if as_json:
        click.echo(json.dumps({"channels": found}, indent=2))
    elif found:
        headers = ("NAME", "KIND", "STATE", "LAST MESSAGE", "AT", "FATE", "WAITING", "WHY")
        show(headers, map(row_of, found))
    else:
        click.echo("There are no channels: add [channels.NAME] to a file and `activation apply` it.")


@channels.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_context
def test(context: click.Context, name: str, *, as_json: bool) -> None:
    """Send a test message to a channel, and say whether it was taken."""
    with open_stores() as stores:
        outcome = send_channel_test(stores, name, person_at_terminal())
    click.echo(json.dumps(outcome, indent=2) if as_json else outcome["text"])
    context.exit(0 if outcome["ok"] else 2)


def row_of(channel: dict[str, Any]) -> tuple[object, ...]:
    """Return a channel as a row of the table."""
    message = channel["last_message"] or dict.fromkeys(("type", "created_at", "state", "detail"))
    state = "failing" if channel["failing"] else "ok"
    return (
        channel["name"], channel["document"]["kind"], state, message["type"],
        to_the_second(message["created_at"]), message["state"], channel["waiting"], message["detail"],
    )  # fmt: skip
