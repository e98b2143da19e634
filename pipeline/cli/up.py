"""``activation up``: everything in one terminal, from the Procfile."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from itertools import cycle
from pathlib import Path

import click
from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer

from pipeline.errors import Misconfigured
from pipeline.runtime import flower
from pipeline.runtime.crew import POLL, Process, ProcessGroup
from pipeline.runtime.stores import Stores, open_stores

PROCFILE = "Procfile"
INTERRUPTED = 128 + signal.SIGINT
LAST_WORDS = 2.0  # seconds to read the processes' last lines


@click.command()
@click.option(
    "--procfile",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What to run; else the Procfile of this folder, or of the project.",
)
@click.pass_context
def up(context: click.Context, procfile: Path | None) -> None:
    """Run all workers and Flower in this terminal, and the embedded Redis when none is configured.

    Ctrl-C stops everything. When one process ends by itself the others are stopped too, with exit code 1, so
    that whoever supervises this command notices.
    """
    procfile = procfile or find()
    commands = read(procfile)
    told = listen()
    with open_stores() as stores:
        ended = run(commands, environment(stores), procfile.absolute().parent, told)
    if ended is not None:
        raise click.ClickException(f'"{ended}" ended by itself, so everything was stopped')
    context.exit(INTERRUPTED if told == [signal.SIGINT] else 0)


def find() -> Path:
    """Return the Procfile of this folder, or else of the project that this program was installed from."""
    for folder in (Path(), Path(__file__).parents[2]):
        if (folder / PROCFILE).is_file():
            return folder / PROCFILE
    raise Misconfigured("there is no Procfile in this folder: name one with --procfile")


def read(procfile: Path) -> Mapping[str, str]:
    """Return commands by name."""
    commands: Mapping[str, str] = parse_procfile(procfile.read_text()).processes
    if not commands:
        raise Misconfigured(f'{procfile}: there is no line such as "worker: celery -A tasks worker"')
    return commands


def listen() -> list[int]:
    """Return a list that Ctrl-C, SIGTERM and the terminal's end will put their number into, and no more."""
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: told.append(number) if not told else None)
    return told


def environment(stores: Stores) -> dict[str, str]:
    """Return the processes' environment, once both stores have proved to be usable.

    That is our own environment, the stores, Flower's password, and the programs next to this one.
    """
    settings = stores.settings
    stores.redis.ping()
    stores.records.version()
    return {
        **settings.environ,
        flower.VARIABLE: settings.environ.get(flower.VARIABLE) or watcher(settings.data_dir),
        "ACTIVATION_BROKER_URL": stores.broker_url,
        "ACTIVATION_DATA_DIR": str(settings.data_dir),
        "PATH": f"{Path(sys.executable).parent}:{settings.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
    }


def watcher(folder: Path) -> str:
    """Return Flower's login; a password that was just made is printed on a terminal, not in a log."""
    login = flower.login_in(folder)
    told = login.password if login.new and sys.stdout.isatty() else f"is in {folder / flower.FILE}"
    click.echo(f"Flower: user {login.user}, password {told}")
    return login.dumps()


def run(commands: Mapping[str, str], env: Mapping[str, str], folder: Path, told: list[int]) -> str | None:
    """Run until ``told`` to stop, or until one ends without that; return its name."""
    printer = Printer(sys.stdout, width=max(map(len, commands)))
    colours = cycle(get_colours())
    readers = []
    with ProcessGroup() as crew:
        for name, command in commands.items():
            shell = ["/bin/sh", "-c", f"exec {command}"]
            process = crew.start(name, shell, env=env, cwd=folder, output=subprocess.PIPE)
            readers.append(follow(process, name, next(colours), printer))
        while not told and crew.ended() is None:
            time.sleep(POLL)
        ended = None if told else crew.ended()
    for reader in readers:
        reader.join(LAST_WORDS)
    return ended


def follow(process: Process, name: str, colour: str, printer: Printer) -> threading.Thread:
    """Print the lines of a process, each after its name."""

    def read_on() -> None:
        for line in process.stdout or ():
            printer.write(Message("line", line, datetime.now(), name, colour))

    thread = threading.Thread(target=read_on, name=name, daemon=True)
    thread.start()
    return thread
