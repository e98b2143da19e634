"""``activation up``: everything in one terminal, from the Procfile."""

import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import click
from honcho.environ import parse_procfile

from pipeline.cli.up_block import block
from pipeline.cli.up_crew import Crew
from pipeline.cli.up_lines import Lines
from pipeline.errors import Misconfigured
from pipeline.interrupts import INTERRUPTED
from pipeline.runtime import flower
from pipeline.runtime.ports import moved
from pipeline.runtime.stores import Stores, open_stores
from pipeline.stores.data_folder import locked, usable

PROCFILE = "Procfile"
LOCK = "up.lock"  # in the data folder, held while it runs
RUNS_HERE = "`activation up` runs in this data folder already, as process {process}: stop that one first"


@click.command()
@click.option(
    "--procfile",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What to run; else the Procfile of this folder, or of the project.",
)
@click.pass_context
def up(context: click.Context, procfile: Path | None) -> None:
    """Run workers, console and Flower in this terminal, and the embedded Redis when none is configured.

    Ctrl-C stops everything. A process that ends by itself is started again after 1, 2, 4 … 30 seconds. When
    one fails five times within a minute the others are stopped too, with exit code 1, so that a supervisor
    notices.
    """
    procfile = procfile or find_procfile()
    commands = read_commands(procfile)
    signals = Signals()
    lines = Lines(sys.stdout, commands)
    with open_stores() as stores, locked(stores.settings.data_dir, LOCK, RUNS_HERE), ExitStack() as ports:
        commands, moves, texts = moved(commands, stores.settings, ports)
        with usable(stores.settings.data_dir, alone=True):
            login, login_text = flower_login(stores)
        env = environment(stores, login) | moves
        for text in texts:
            click.echo(text)
        folder = procfile.absolute().parent
        crew = Crew(commands, env, folder, lines, lambda states: block(stores, states, login_text))
        failed = crew.run(signals.while_running())
    if failed is not None:
        raise click.ClickException(f'"{failed}" failed five times within a minute, so everything was stopped')
    context.exit(INTERRUPTED if signals.told == [signal.SIGINT] else 0)


def find_procfile() -> Path:
    """Return the Procfile of this folder, or else of the project that this program was installed from."""
    for folder in (Path(), Path(__file__).parents[2]):
        if (folder / PROCFILE).is_file():
            return folder / PROCFILE
    raise Misconfigured("there is no Procfile in this folder: name one with --procfile")


def read_commands(procfile: Path) -> Mapping[str, str]:
    """Return commands by name."""
    try:
        text = procfile.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{procfile}: {getattr(error, 'strerror', 'is no text in UTF-8')}") from error
    commands: Mapping[str, str] = parse_procfile(text).processes
    if not commands:
        raise Misconfigured(f'{procfile}: there is no line such as "worker: celery -A tasks worker"')
    return commands


class Signals:
    """Ctrl-C, SIGTERM and the terminal's end; the first of them counts.

    Until the processes run it ends this one at once: a store may take long, or for ever, to be opened.
    """

    def __init__(self) -> None:
        self.told: list[int] = []  # the number of the first
        self._starting = True
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def while_running(self) -> list[int]:
        """Return the list that a signal puts its number into, and from now on no more."""
        self._starting = False
        return self.told

    def _note(self, number: int, _: object) -> None:
        if self.told:
            return
        self.told.append(number)
        if self._starting:
            # Raised within a finalizer it is only printed; then ``told`` ends the start a moment later.
            sys.unraisablehook = lambda _: None
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(0)


def environment(stores: Stores, login: str) -> dict[str, str]:
    """Return the processes' environment, once both stores have proved to be usable.

    That is our own environment, the stores, Flower's password, and the programs next to this one.
    """
    settings = stores.settings
    stores.redis.ping()
    stores.records.version()
    return {
        **settings.environ,
        flower.VARIABLE: login,
        "ACTIVATION_BROKER_URL": stores.broker_url,
        "ACTIVATION_DATA_DIR": str(settings.data_dir),
        "PATH": f"{Path(sys.executable).parent}:{settings.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
    }


def flower_login(stores: Stores) -> tuple[str, str]:
    """Return Flower's login as Flower wants it, and a text that tells where the password is."""
    settings = stores.settings
    if given := settings.environ.get(flower.VARIABLE):
        return given, f"user {given.partition(':')[0]}, password in {flower.VARIABLE}"
    login = flower.login_in(settings.data_dir)
    shown = login.password if login.new and sys.stdout.isatty() else f"in {settings.data_dir / flower.FILE}"
    return login.dumps(), f"user {login.user}, password {shown}"
