"""A run of a stream in a process of its own, which a test kills."""

from dataclasses import replace

from cryptography.fernet import Fernet

from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.opening import open_clients
from pipeline.stores.broker import connect
from pipeline.stores.database import open_database
from pipeline.stores.vault import Vault
from tests.emulators.salesforce.conftest import APP
from tests.salesforce.conftest import TIMEOUTS
from tests.streams.environment import Streams


def run(events_url: str, redis_url: str, host: str) -> None:
    """Run the contacts of an org."""
    app = {"client_id": APP["client_id"], "client_secret": APP["client_secret"]}
    connector = SalesforceConnector(name="crm", title="Acme", host=host, **app)
    redis = connect(redis_url)
    vault = Vault([Fernet.generate_key().decode()])
    timeouts = replace(TIMEOUTS, read=60, call=90)
    client = open_clients(redis, vault, take=lambda *_, **__: 0.0, minute=60.0, timeouts=timeouts)(connector)
    Streams(redis, open_database(events_url), None, client).run()
