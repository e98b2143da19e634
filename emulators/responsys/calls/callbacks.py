"""Callbacks: places that events are posted to.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/EventNotification/rest-event-notifications.htm
"""

from typing import Any

import msgspec

from emulators.responsys.account.notifications import EVENT_TYPES, Callback
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.notification_functions import API
from emulators.responsys.state.webhooks import post_events
from emulators.serving.messages import Answer

DECODER = msgspec.json.Decoder(Callback)
LOCAL = (
    "http://127.0.0.1:",
    "http://localhost:",
)  # Responsys itself posts by https alone


def create_callback(call: Call) -> Answer:
    """Create a callback; its name is new."""
    callback = read_callback(call)
    if callback.name in call.account.notifications.callbacks:
        raise ApiError("INVALID_PARAMETER", f"Callback with name [{callback.name}] already exists")
    call.account.notifications.callbacks[callback.name] = callback
    return json_answer(description(callback))


def update_callback(call: Call) -> Answer:
    """Change a callback, which has to be verified again."""
    old, callback = callback_of(call), read_callback(call)
    if callback.name != old.name:
        raise violation_error("INVALID_PARAMETER", "the name of a callback cannot be changed")
    call.account.notifications.callbacks[old.name] = callback
    call.account.notifications.verified.discard(old.name)
    return json_answer(description(callback))


def verify_callback(call: Call) -> Answer:
    """Post no event, and look whether the place answers with a 2xx; the real request is not documented."""
    callback = callback_of(call)
    if not post_events(callback.url, callback, b"[]"):
        raise ApiError("INVALID_PARAMETER", f"Could not connect to callback url [{callback.url} ]")
    call.account.notifications.verified.add(callback.name)
    return json_answer({"status": f"Successfully verified [{callback.name}] "})


def show_callbacks(call: Call) -> Answer:
    """Answer with all callbacks."""
    return json_answer([description(each) for each in call.account.notifications.callbacks.values()])


def show_callback(call: Call) -> Answer:
    """Answer with one callback, without its password."""
    return json_answer(description(callback_of(call)))


def delete_callback(call: Call) -> Answer:
    """Delete a callback that no subscription names."""
    callback, notifications = callback_of(call), call.account.notifications
    if any(each.callBackName == callback.name for each in notifications.subscriptions.values()):
        raise ApiError("INVALID_PARAMETER", f"Callback with name [{callback.name}] is in use")
    del notifications.callbacks[callback.name]
    notifications.verified.discard(callback.name)
    return json_answer({"status": f"Successfully deleted [{callback.name}] "})


def show_event_types(_call: Call) -> Answer:
    """Answer with the types that can be subscribed to."""
    return json_answer({"eventTypes": EVENT_TYPES})


def read_callback(call: Call) -> Callback:
    """Read the body; the backup may not be the same place."""
    callback = bodies.read_body(call.request, DECODER)
    for url in (callback.url, callback.backup):
        if url and not url.startswith(("https://", *LOCAL)):
            raise violation_error("INVALID_PARAMETER", "a callback url begins with https://")
    if callback.backup == callback.url:
        raise violation_error("INVALID_PARAMETER", "backupUrl is the url")
    return callback


def callback_of(call: Call) -> Callback:
    """Return the callback that the path names."""
    (name,) = call.path_names
    if name not in call.account.notifications.callbacks:
        raise ApiError("OBJECT_NOT_FOUND", f"Callback with name [{name}] not found")
    return call.account.notifications.callbacks[name]


def description(callback: Callback) -> dict[str, Any]:
    """Return a callback as the answers have it."""
    path = f"{API}/callbacks/{callback.name}"
    verbs = {"self": "PUT", "getCallBack": "GET", "deleteCallBack": "DELETE"}
    return {
        "name": callback.name,
        "url": callback.url,
        **({"backupUrl": callback.backup} if callback.backup else {}),
        "batchSize": callback.batchSize,
        "links": [{"rel": rel, "href": path, "method": verb} for rel, verb in verbs.items()],
    }
