"""``python -m tests.alerts.dying POINT``: looks at the rules, sends messages, and is killed at a point."""

import os
import signal
import sys
from typing import Any
from unittest import mock

from pipeline.alerts.watch import Watch
from pipeline.records.records import Records
from pipeline.stores.broker import connect
from pipeline.stores.database import open_database
from pipeline.stores.vault import Vault
from tests.alerts.watching import SETTINGS, Bell


def die(*_: Any, **__: Any) -> None:
    """End as a process that is killed."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(point: str) -> None:
    """Do what a web process and a worker do, until ``point``, a function, is called."""
    engine = open_database(os.environ["ACTIVATION_DATABASE_URL"])
    records, bell = Records(engine, Vault([os.environ["ACTIVATION_SECRET_KEY"]])), Bell()
    client = connect(os.environ["ACTIVATION_BROKER_URL"])
    watch = Watch(client, engine, records.load, bell, SETTINGS)  # type: ignore[arg-type]
    with mock.patch(point, die):
        watch.look()
        watch.send_due()
        for message in bell.rung:
            watch.deliver(message)


if __name__ == "__main__":
    main(sys.argv[1])
