"""The command line: address, seed of the accounts, and behaviour."""

import argparse
from pathlib import Path

from emulators.responsys.messages.behaviour import Behaviour
from emulators.responsys.server.seed_options import (
    DEFAULT_ACCOUNT,
    DEFAULT_COLUMNS,
    DEFAULT_EXTENSION,
    DEFAULT_TABLE,
    seed_of,
)
from emulators.responsys.state.functions import FUNCTIONS


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="activation emulator responsys",
        description="A local Responsys. Without options: one account, with something for every action.",
        epilog="Faults, members, limits and the ledger are under /_control, see docs/emulator.md.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    add("--port", type=int, default=8099, help="port, 0 for a free one (%(default)s)")
    add("--seed", type=Path, metavar="FILE", help="accounts as JSON, instead of the options below")
    add(
        "--account",
        action="append",
        metavar="NAME:USER:PASSWORD",
        help=f"may be repeated ({DEFAULT_ACCOUNT})",
    )
    add("--list", action="append", metavar="NAME[:FOLDER]", help="may be repeated (CONTACTS_LIST:Main)")
    add("--event", action="append", metavar="NAME", help="may be repeated (LAPSED)")
    add("--campaign", action="append", metavar="NAME[:LIST]", help="may be repeated (WELCOME)")
    add(
        "--extension",
        action="append",
        metavar="NAME=COLUMN[:TYPE],...",
        help=f"extension table of the lists; may be repeated ({DEFAULT_EXTENSION})",
    )
    add(
        "--table",
        action="append",
        metavar="[FOLDER/]NAME=COLUMN[*][:TYPE],...",
        help=f"supplemental table, * marks its primary key; may be repeated ({DEFAULT_TABLE})",
    )
    add("--column", action="append", metavar="NAME[:TYPE],...", help=f"of the lists ({DEFAULT_COLUMNS})")
    add(
        "--limit",
        action="append",
        default=[],
        metavar="FUNCTION=N",
        help=f"calls per window: {limits_text()}",
    )
    add("--members", type=int, default=1000, metavar="N", help="demo-0@example.com and so on (%(default)s)")
    add("--any-recipient", action="store_true", help="everybody is on the lists, whoever it is")
    add("--window", type=float, default=60, metavar="SECONDS", help="of the limits (%(default)s)")
    add(
        "--async-delay",
        type=float,
        default=0.5,
        metavar="SECONDS",
        help="of asynchronous calls (%(default)s)",
    )
    add("--token-life", type=float, default=7200, metavar="SECONDS", help="of a login (%(default)s)")
    add(
        "--random-seed", type=int, default=0, metavar="N", help="repeats the dice of the faults (%(default)s)"
    )
    options = parser.parse_args(arguments)
    try:
        options.accounts = seed_of(options)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    return options


def limits_text() -> str:
    """Return the functions with their default limits."""
    return ", ".join(f"{function.name}={function.limit}" for function in FUNCTIONS.values())


def behaviour_of(options: argparse.Namespace) -> Behaviour:
    """Return the switches that have an option."""
    return Behaviour(window=options.window, token_life=options.token_life, async_delay=options.async_delay)
