"""``python -m tests.processes.actions.lost_answers [EMAILS]``: the proof with a tenth of the answers lost."""

import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from tests.emulators.sftp.conftest import serving
from tests.processes.actions.company import Company
from tests.processes.actions.unknown_emails import open_mail, prove
from tests.processes.environment import FOUR, Environment, open_environment

SHARE, ROWS, WINDOW = 0.1, 10, 30  # of the answers; in a call; seconds


def open_company(environment: Environment, name: str, members: Any, **options: Any) -> Company:
    """Open a company as the fixture ``mailings`` does."""
    account = {"lists": [{"name": "CONTACTS_LIST", "members": members}], "campaigns": [{"name": "WELCOME"}]}
    action = {"action": "campaign_email", "campaign": "WELCOME"}
    connector = options.pop("connector", {})
    return Company(environment, name, account=account, connector=connector, **action, **options)


def main(amount: int) -> None:
    """Run the proof, and print its numbers."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "environment").mkdir()
        with (
            open_environment(place / "environment", *FOUR) as environment,
            serving(place / "sftp", "--files", "0") as sftp,
        ):
            mail = open_mail(partial(open_company, environment), amount, ROWS, WINDOW, sftp)
            found = prove(mail, amount, SHARE, WINDOW)
    print(*(f"{amount:,} {name}" for name, amount in found.items()), sep=", ")  # noqa: T201
    print(f"{time.monotonic() - began:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3_000)
