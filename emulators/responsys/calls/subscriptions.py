"""Subscriptions: the types of events that a callback is told.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/EventNotification/rest-event-notifications.htm
"""

from typing import Any
from urllib.parse import parse_qsl

import msgspec

from emulators.responsys.account.notifications import EVENT_TYPES, Subscription
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.notification_functions import API
from emulators.serving.messages import Answer

DECODER = msgspec.json.Decoder(Subscription)


def create_subscription(call: Call) -> Answer:
    """Create a subscription of a callback that was verified."""
    subscription = read_subscription(call)
    if subscription.name in call.account.notifications.subscriptions:
        raise ApiError("INVALID_PARAMETER", f"Subscription with name [{subscription.name}] already exists")
    return store(call, subscription)


def update_subscription(call: Call) -> Answer:
    """Change the types or the callback of a subscription."""
    old, subscription = subscription_of(call), read_subscription(call)
    if subscription.name != old.name:
        raise violation_error("INVALID_PARAMETER", "the name of a subscription cannot be changed")
    return store(call, subscription)


def show_subscriptions(call: Call) -> Answer:
    """Answer with all subscriptions, or with those of ``?callBackName=``."""
    wanted = dict(parse_qsl(call.request.query)).get("callBackName")
    found = call.account.notifications.subscriptions.values()
    return json_answer([description(each) for each in found if wanted in (None, each.callBackName)])


def show_subscription(call: Call) -> Answer:
    """Answer with one subscription."""
    return json_answer(description(subscription_of(call)))


def delete_subscription(call: Call) -> Answer:
    """Delete a subscription."""
    name = subscription_of(call).name
    del call.account.notifications.subscriptions[name]
    return json_answer({"status": f"Successfully deleted [{name}] "})


def read_subscription(call: Call) -> Subscription:
    """Read the body."""
    subscription, notifications = bodies.read_body(call.request, DECODER), call.account.notifications
    if unknown := sorted({*subscription.eventTypes} - {*EVENT_TYPES}):
        raise violation_error("INVALID_PARAMETER", f"{unknown[0]} is no type of events")
    if subscription.callBackName not in notifications.callbacks:
        raise ApiError("OBJECT_NOT_FOUND", f"Callback with name [{subscription.callBackName}] not found")
    if subscription.callBackName not in notifications.verified:
        raise violation_error("INVALID_PARAMETER", "the callback was not verified")
    return subscription


def store(call: Call, subscription: Subscription) -> Answer:
    """Store a subscription, and answer with it."""
    call.account.notifications.subscriptions[subscription.name] = subscription
    return json_answer(description(subscription))


def subscription_of(call: Call) -> Subscription:
    """Return the subscription that the path names."""
    (name,) = call.path_names
    if name not in call.account.notifications.subscriptions:
        raise ApiError("OBJECT_NOT_FOUND", f"Subscription with name [{name}] not found")
    return call.account.notifications.subscriptions[name]


def description(subscription: Subscription) -> dict[str, Any]:
    """Return a subscription as the answers have it."""
    link = {"rel": "self", "href": f"{API}/subscriptions/{subscription.name}", "method": "PUT"}
    return {**msgspec.to_builtins(subscription), "links": [link]}
