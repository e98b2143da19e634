"""Doors of other systems' messages: outbound messages, webhooks, and messages of Celery."""

import base64
import json
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from pipeline.accept.stray_counts import stray_counts
from pipeline.accept.strays import Strays
from pipeline.event_files.hook_store import store_hook_events
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import Filter
from pipeline.stores.hook_tables import hook_events
from pipeline.web.outbound_message import NoMessage, read_message
from pipeline.web.webhook_body import NoEvents, read_webhook
from tests.accept.test_acceptance import entry
from tests.nasty_values import JSON, TEXTS, document, values
from tests.web.messages import ORG, message

NOON = 1_767_614_400
EVENT = {
    "failureType": b'"EMAIL_CLICKED"', "riid": b'"7"', "recipient": b'"a@example.com"', "campaignId": b'"31"',
    "customerId": b'"C-7"', "campaignName": b'"Spring"', "failureReason": b'"x"', "channelType": b'"Email"',
    "optionalData": b'{"props": {"prop": {"name": "A", "value": "1"}}}',
}  # fmt: skip
FIRST, LAST = (document({**EVENT, "riid": b'"%b"' % riid}) for riid in (b"1", b"2"))
PROPERTY = (
    b'{"props": %b}', b'{"props": {"prop": %b}}', b'{"props": {"prop": {"name": %b, "value": "1"}}}',
    b'{"props": {"prop": [{"name": "A", "value": %b}]}}',
)  # fmt: skip


@pytest.fixture
def store(events):
    """Stores the events of a webhook's body."""

    def store(body):
        with events.begin() as connection:
            return store_hook_events(connection, "acme", "", read_webhook(body).events, NOON)

    return store


def test_events_of_webhooks_are_stored_or_refused_alone(events, store):
    refused_whole = []
    for name, token in JSON.items():
        odd = [document({**EVENT, place: token}) for place in EVENT]
        odd += [document({**EVENT, "optionalData": form % token}) for form in PROPERTY]
        try:
            store(b"[%b]" % b", ".join([FIRST, *odd, token, LAST]))
        except NoEvents:
            refused_whole.append(name)

    unreadable = {"nested, cut off", "nested", "nested objects", "single quotes", "nothing", "a word"}
    assert set(refused_whole) <= unreadable
    with events.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(hook_events)) > 100


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_outbound_messages_are_read_or_refused(text):
    value = text.encode("utf-8", "surrogateescape" if "\udcff" in text else "surrogatepass")
    plain = message("Lead")
    bodies = [
        value,
        plain.replace(ORG.encode(), value),
        plain.replace(b"sf:Lead", value),
        plain.replace(b"xsi:type", value),
        plain + value,
        value + plain,
    ]
    for body in bodies:
        with suppress(NoMessage):
            assert read_message(body).org == ORG


@pytest.mark.parametrize("value", values().values(), ids=values())
def test_messages_that_no_task_can_run_are_set_aside(redis, sqlite, value):
    strays = Strays(redis)
    strays.set_aside("wrong_arguments", "id", [[{**entry("odd"), "variables": value}], {}])
    strays.set_aside("unknown_task", value, [[{**entry("odd"), "id": value}], value])
    try:
        body = json.dumps([[{**entry("odd"), "occurred_at": value}], {}, {}])
    except (ValueError, RecursionError):
        return
    whole = {"body": base64.b64encode(body.encode()).decode(), "headers": {"task": "t"}, "properties": value}
    strays.take_raw(json.dumps(whole).encode())
    strays.write_letters(sqlite)

    assert stray_counts(redis)["unknown_task"] == 1
    assert {one.code for one in dead_letters.find_letters(sqlite, Filter())} <= {"Invalid"}
