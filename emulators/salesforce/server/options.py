"""The command line: address, app and behaviour."""

import argparse

from emulators.salesforce.org.org import ORG_NUMBER
from emulators.salesforce.state.behaviour import Behaviour
from emulators.salesforce.state.logins import App

DEFAULT_CLIENT, DEFAULT_SECRET = "3MVG9LOCAL", "local-secret"  # nosec B105


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="activation emulator salesforce",
        description="A local Salesforce: one org with the standard objects, empty but for two users.",
        epilog="Records, edits, faults and the ledger: /_control, see docs/salesforce-emulator.md.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    add("--port", type=int, default=8097, help="port, 0 for a free one (%(default)s)")
    add("--client-id", default=DEFAULT_CLIENT, help="of the app that may log in (%(default)s)")
    add("--client-secret", default=DEFAULT_SECRET, help="of that app (%(default)s)")
    add("--daily-limit", type=int, default=100_000, metavar="N", help="calls in 24 hours (%(default)s)")
    add("--window", type=float, default=86_400, metavar="SECONDS", help="of that limit (%(default)s)")
    add("--token-life", type=float, default=7200, metavar="SECONDS", help="of a login (%(default)s)")
    add("--org-number", type=int, default=ORG_NUMBER, metavar="N", help="in the org's id (%(default)s)")
    add(
        "--random-seed", type=int, default=0, metavar="N", help="repeats the dice of the faults (%(default)s)"
    )
    return parser.parse_args(arguments)


def behaviour_of(options: argparse.Namespace) -> Behaviour:
    """Return the switches that have an option."""
    return Behaviour(daily_maximum=options.daily_limit, window=options.window, token_life=options.token_life)


def app_of(options: argparse.Namespace) -> App:
    """Return the app that may log in."""
    return App(client_id=options.client_id, client_secret=options.client_secret)
