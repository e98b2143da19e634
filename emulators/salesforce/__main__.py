"""``python -m emulators.salesforce``: serve until a signal ends it."""

from emulators.salesforce.server import options
from emulators.salesforce.server.app import App
from emulators.salesforce.state.emulator import Emulator
from emulators.serving.process import open_port, run_emulator, url_of

WELCOME = """\
salesforce emulator on {url}

Point a connector at it:

    [connectors.crm]
    kind = "salesforce"
    host = "{url}"
    login = "client_credentials"
    client_id = "{client_id}"
    client_secret = "{client_secret}"

Records are loaded and edited by POST {url}/_control/load and /_control/edit.
What was received: {url}/_control/summary and {url}/_control/ledger?detail=1
"""


def main() -> None:
    """Run the emulator."""
    arguments = options.parse_options()
    app = options.app_of(arguments)
    behaviour = options.behaviour_of(arguments)
    emulator = Emulator([app], behaviour, arguments.random_seed, arguments.org_number)
    listener = open_port(arguments.host, arguments.port)
    welcome = WELCOME.format(url=url_of(listener), client_id=app.client_id, client_secret=app.client_secret)
    run_emulator(App(emulator), listener, welcome, adds_date=True)


if __name__ == "__main__":
    main()
