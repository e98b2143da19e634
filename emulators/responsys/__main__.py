"""``python -m emulators.responsys``: serve until a signal ends it."""

from emulators.responsys.account.members import Members
from emulators.responsys.server import options
from emulators.responsys.server.app import App
from emulators.responsys.state.emulator import Emulator
from emulators.serving.process import open_port, run_emulator, url_of

WELCOME = """\
responsys emulator on {url}

Point a connector at it, in the place of the one of this name in README.md:

    [connectors.acme]
    kind = "responsys"
    name = "Local Responsys"
    username = "{user}"
    password = "{password}"
    auth_endpoint = "{url}"
    profile_list = "{list}"
    list_folder = "{folder}"

Events: {events}. Campaigns: {campaigns}. Members: {members}.
What was received: {url}/_control/summary and {url}/_control/ledger?detail=1
"""


def main() -> None:
    """Run the emulator."""
    arguments = options.parse_options()
    emulator = Emulator(arguments.accounts, options.behaviour_of(arguments), arguments.random_seed)
    listener = open_port(arguments.host, arguments.port)
    run_emulator(App(emulator), listener, welcome_text(emulator, url_of(listener)))


def welcome_text(emulator: Emulator, url: str) -> str:
    """Return the first text that is printed: how to use the emulator."""
    account = next(iter(emulator.accounts.values()))
    user, password = next(iter(account.users.items()))
    profile_list = next(iter(account.lists.values()))
    return WELCOME.format(
        url=url,
        user=user,
        password=password,
        list=profile_list.name,
        folder=profile_list.folder,
        events=", ".join(sorted(account.events)) or "none",
        campaigns=", ".join(account.campaigns) or "none",
        members=members_text(profile_list.members),
    )


def members_text(members: Members) -> str:
    """Return the number of members, with the address of one for a first try."""
    if members.any_recipient:
        return "anybody"
    rows = (members.full_row(riid) or {} for riid in members.riids())
    address = next((row["EMAIL_ADDRESS_"] for row in rows if row.get("EMAIL_ADDRESS_")), None)
    return f"{len(members):,}, such as {address}" if address else f"{len(members):,}"


if __name__ == "__main__":
    main()
