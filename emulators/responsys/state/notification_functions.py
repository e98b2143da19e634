"""The functions of event notifications, in the shape of functions.py."""

API = "/rest/api/v1.3/notifications"
CALLBACK = f"{API}/callbacks/{{callbackName}}"
SUBSCRIPTION = f"{API}/subscriptions/{{subscriptionName}}"
LIMIT = 100  # calls per minute

# Name, verb, path and description.
NOTIFICATION_FUNCTIONS = (
    ("createCallback", "POST", f"{API}/callbacks", "Create a callback"),
    ("retrieveCallbacks", "GET", f"{API}/callbacks", "Retrieve callbacks"),
    ("verifyCallback", "GET", f"{CALLBACK}/actions/verify", "Verify a callback"),
    ("retrieveCallback", "GET", CALLBACK, "Get a callback"),
    ("updateCallback", "PUT", CALLBACK, "Update a callback"),
    ("deleteCallback", "DELETE", CALLBACK, "Delete a callback"),
    ("createSubscription", "POST", f"{API}/subscriptions", "Create a subscription"),
    ("retrieveSubscriptions", "GET", f"{API}/subscriptions", "Retrieve subscriptions"),
    ("retrieveSubscription", "GET", SUBSCRIPTION, "Get a subscription"),
    ("updateSubscription", "PUT", SUBSCRIPTION, "Update a subscription"),
    ("deleteSubscription", "DELETE", SUBSCRIPTION, "Delete a subscription"),
    ("retrieveEventTypes", "GET", f"{API}/eventList", "Retrieve types of events"),
)
