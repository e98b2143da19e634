"""``/alerts``: open alerts, the rules, and the channels with the fate of their last message."""

from flask import Response

from pipeline.alerts.channel_documents import channel_documents
from pipeline.alerts.documents import alerts_document, open_alerts
from pipeline.operate.channel_tests import send_channel_test
from pipeline.web.api.records import find_record
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import done, failed, page
from pipeline.web.context import actor, stores

PLACE = "/alerts"

alerts = ConsoleBlueprint("alerts")


@alerts.get(PLACE)
def show() -> Response:
    """Show open alerts, rules and channels."""
    place = stores()
    catalog, exported = place.records_without_secrets.load(), place.records.export()
    return page(
        "alerts",
        "Alerts",
        live=True,
        open_alerts=open_alerts(place.engine),
        rules=alerts_document(place.engine, catalog, exported["alerts"])["alerts"],
        channels=channel_documents(place.engine, exported["channels"]),
    )


@alerts.post("/channels/<name>/test")
@needs("operate")
def test_channel(name: str) -> Response:
    """Send a test message to a channel, and say whether it was taken."""
    find_record("channels", name)
    outcome = send_channel_test(stores(), name, actor())
    say = done if outcome["ok"] else failed
    return say(PLACE, f'Test message to "{name}": {outcome["text"]}')
