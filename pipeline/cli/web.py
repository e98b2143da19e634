"""``activation web``: HTTP API, console and metrics."""

import errno
import socket
import sys
from dataclasses import replace

import click

from pipeline.errors import Misconfigured
from pipeline.operate.keys import FIRST_FILE, first_key, stored_keys
from pipeline.runtime.stores import Stores, open_stores
from pipeline.settings import Settings
from pipeline.text.setting_values import host_and_port


@click.command()
@click.option("--address", help="HOST:PORT to listen on; default: ACTIVATION_WEB_ADDRESS, or 127.0.0.1:8080.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes; default 2.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads of each process; default 8.")
def web(address: str | None, workers: int | None, threads: int | None) -> None:
    """Serve the console and the HTTP API in the foreground."""
    from pipeline.web.server import serve

    with open_stores() as stores:
        settings = chosen_settings(stores.settings, address, workers, threads)
        stores.redis.ping()
        tell_first_key(stores)
        if stores.key_trouble:  # a key that cannot be made ends the command here, not its processes later
            click.echo(f"web: {stores.key_trouble}", err=True)
        if stores.events_if_any is not None:  # its tables are brought up to date
            stores.events.dispose()
        stores.engine.dispose()
        refuse_taken(settings.web.address)
        serve(settings, stores.broker_url, lambda text: click.echo(text))


def chosen_settings(
    settings: Settings, address: str | None, workers: int | None, threads: int | None
) -> Settings:
    """Return the settings with the options of the command line in their place."""
    options = {"address": address, "workers": workers, "threads": threads}
    given = {name: value for name, value in options.items() if value is not None}
    if address:
        try:
            host_and_port(address)
        except ValueError as error:
            raise Misconfigured(f"--address {error}") from None
    return replace(settings, web=replace(settings.web, **given))  # type: ignore[arg-type]


def refuse_taken(address: str) -> None:
    """Raise Misconfigured if the address cannot be listened on: gunicorn would try for seconds."""
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            way = "choose another with --address or ACTIVATION_WEB_ADDRESS"
            why = "is taken: another program listens there" if error.errno == errno.EADDRINUSE else str(error)
            raise Misconfigured(f"{address} {why}; {way}") from None


def tell_first_key(stores: Stores) -> None:
    """Make a first key where there is none, and tell it to a terminal, but not to a log."""
    if stores.settings.api_keys:
        return
    text = first_key(stores.engine, stores.settings.data_dir)
    if text is not None:
        place = stores.settings.data_dir / FIRST_FILE
        click.echo(f"web: first key {text if sys.stdout.isatty() else f'is in {place}'}")
    elif not stored_keys(stores.engine):
        click.echo("web: there is no key yet: make one with `activation keys create NAME --scope admin`")
