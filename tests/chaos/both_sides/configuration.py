"""The configuration of both sides: consents, a pair, and destinations that honour wishes."""

from pathlib import Path

ACCOUNT, EVENT, CAMPAIGN = "acme", "OFFER", "NEWS"
LIST, IMPORT, AUDIENCES = "CONTACTS_LIST", "acme-events", ("offer", "news")
EVERY = 0.1  # minutes between two runs of each source

RECORDS = (Path(__file__).parent / "both_sides.toml").read_text("utf-8")

ACCOUNT_SEED = {
    "name": ACCOUNT,
    "users": {ACCOUNT: "secret", "marketer": "secret"},
    "events": [EVENT],
    "campaigns": [{"name": CAMPAIGN}],
    "limits": {
        "triggerCustomEvent": 30, "mergeTriggerEmail": 30, "mergeListMembers": 40, "retrieveListMembers": 60,
    },
}  # fmt: skip

# Each befalls calls of any function with this probability.
TROUBLE = (
    (0.010, {"kind": "html", "status": 502}),
    (0.010, {"kind": "close"}),
    (0.010, {"kind": "close", "when": "after"}),
    (0.005, {"kind": "truncate"}),
    (0.005, {"kind": "expire_token"}),
)
SLOW = {"kind": "latency", "seconds": 0.02, "jitter": 0.3}
AUTOMATION = {"object": "Contact", "field": "Title", "does": "title"}
