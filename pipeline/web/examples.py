"""Answers of the API as examples for its description, by method and path."""

from collections.abc import Mapping
from typing import Any

AT = "2026-11-29T12:00:00Z"
CONNECTOR = {
    "kind": "responsys",
    "name": "Acme EU",
    "username": "api_user",
    "password": {"keep": True},
    "auth_endpoint": "https://login5.responsys.net",
    "profile_list": "CONTACTS_LIST",
    "identifier_type": "crm_id",
}
DESTINATION = {
    "audience": "lapsed-buyers",
    "connector": "acme",
    "action": "custom_event",
    "event": "LAPSED",
}
STOP = {
    "scope": "connector",
    "name": "acme",
    "kind": "paused",
    "code": "",
    "detail": "maintenance",
    "since": AT,
    "way_out": "`activation resume acme`",
}
LETTER = {
    "id": "d41d8cd98f00b204",
    "connector": "acme",
    "destination": "lapsed-event",
    "audience": "lapsed-buyers",
    "profile_id": "p-1",
    "code": "RECIPIENT_NOT_FOUND",
    "detail": "no recipient found",
    "batch": "7f3c",
    "created_at": AT,
    "state": "open",
    "settled_at": None,
}
BATCH = {
    "id": "7f3c",
    "destination": "lapsed-event",
    "connector": "acme",
    "action": "custom_event",
    "attempt": 1,
    "rows": 200,
    "delivered": 198,
    "unchanged": 0,
    "rejected": 2,
    "returned": 0,
    "outcome": "delivered",
    "seconds": 0.412,
    "finished_at": AT,
}
OPERATION = {
    "operation": "op_7f3c",
    "kind": "replay",
    "state": "running",
    "matched": 1234,
    "done": 500,
    "failed": 0,
    "began_at": AT,
    "ended_at": None,
    "by": "key:ops",
}
RUN = {
    "operation": "op_9a1b",
    "kind": "run",
    "state": "waiting",
    "entering": 0,
    "changed": 0,
    "leaving": 0,
    "sent": 0,
    "done": 0,
    "failed": 0,
    "began_at": AT,
    "ended_at": None,
    "by": "key:ops",
}
POINT = {"at": AT, "sent": 198, "removed": 0, "unchanged": 0, "rejected": 2, "batches": 1}
OUTCOME = {
    "at": AT,
    "destination": "lapsed-event",
    "connector": "acme",
    "batch": "7f3c",
    "call_type": "ADD",
    "verdict": "delivered",
    "dead_letter": None,
    "state": None,
}
GROUP = {
    "connector": "acme",
    "destination": "lapsed-event",
    "code": "RECIPIENT_NOT_FOUND",
    "count": 1234,
    "oldest": AT,
    "newest": AT,
    "detail": "no recipient found",
}
PAUSED = {"changed": True, "rows_waiting": 120, "stops": ['connector "acme" is paused: maintenance']}
CHECKED = {"ok": True, "findings": [{"check": "login", "ok": True, "text": "logged in"}]}

CONFLICT = {
    "id": 3,
    "kind": "family_name",
    "whose": "person:7",
    "other": "person:2",
    "values": {
        "record": "003000000000002AAA",
        "handles": [{"kind": "email", "scope": "", "value": "5d41…", "person": "person:2"}],
    },
    "suggestion": "apart",
    "settled": None,
    "by": None,
    "settled_at": None,
    "at": AT,
}
ENTRY = {
    "rule": "nurture-crm",
    "record": "00Q000000000001EAA",
    "person": "person:7",
    "state": "put_off",
    "check": 9,
    "evidence": {"hours": "closed"},
    "until": AT,
}
RECORD = {
    "source": "leads",
    "record": "00Q000000000001EAA",
    "stamp": AT,
    "primary": True,
    "gone": False,
    "conflict": None,
    "values": {"title": "Countess"},
}

EXAMPLES: Mapping[str, Any] = {
    "GET /healthz": {"ok": True},
    "GET /readyz": {"ready": True, "redis": True, "sql": True},
    "GET /v1/connectors": {
        "connectors": [
            {"name": "acme", "document": CONNECTOR, "stops": [STOP], "destinations": ["lapsed-event"]}
        ]
    },
    "GET /v1/connectors/{name}": CONNECTOR,
    "PUT /v1/connectors/{name}": {"change": "updated", "document": CONNECTOR},
    "GET /v1/destinations": {
        "destinations": [{"name": "lapsed-event", "document": DESTINATION, "stops": []}]
    },
    "GET /v1/destinations/{name}": DESTINATION,
    "PUT /v1/destinations/{name}": {"change": "unchanged", "document": DESTINATION},
    "POST /v1/connectors/{name}/pause": PAUSED,
    "POST /v1/connectors/{name}/resume": {**PAUSED, "stops": []},
    "POST /v1/connectors/{name}/check": CHECKED,
    "POST /v1/destinations/{name}/pause": PAUSED,
    "POST /v1/destinations/{name}/resume": {**PAUSED, "stops": []},
    "POST /v1/destinations/{name}/check": CHECKED,
    "POST /v1/audiences/{audience}/flush": {
        "destinations": [{"name": "lapsed-event", "rows": 120, "stops": []}],
        "throttled": [],
        "in_intake": 0,
    },
    "POST /v1/channels/{name}/test": {"ok": True, "text": "delivered"},
    "POST /v1/sources/{name}/run": RUN,
    "GET /v1/operations/{id}": OPERATION,
    "POST /v1/dead-letters/replay": OPERATION,
    "POST /v1/dead-letters/drop": {**OPERATION, "kind": "drop"},
    "GET /v1/dead-letters": {"count": 1, "dead_letters": [LETTER], "next": None},
    "GET /v1/dead-letters/groups": {"groups": [GROUP]},
    "GET /v1/dead-letters/{id}": LETTER,
    "GET /v1/dead-letters/{id}/activation": {
        "audience": "lapsed-buyers",
        "profile_id": "p-1",
        "call_type": "ADD",
    },
    "GET /v1/batches": {"batches": [BATCH], "next": None},
    "GET /v1/batches/{id}": BATCH,
    "GET /v1/batches/{id}/rows": {
        "rows": [{"profile_id": "p-1", "call_type": "ADD", "verdict": "delivered"}]
    },
    "GET /v1/rules/{rule}/entries": {"entries": [ENTRY], "next": None},
    "POST /v1/people/explain": {
        "person": "person:7",
        "handles": [
            {"kind": "salesforce", "scope": "00D000000000001EAA", "value": RECORD["record"], "label": None}
        ],
        "records": [RECORD],
        "entries": [ENTRY],
    },
    "GET /v1/conflicts": {"conflicts": [CONFLICT], "next": None},
    "GET /v1/conflicts/{id}": {**CONFLICT, "records": {"person:7": [RECORD], "person:2": []}},
    "POST /v1/conflicts/{id}/settle": {
        **CONFLICT,
        "settled": "apart",
        "by": "key:ops",
        "settled_at": AT,
    },
    "GET /v1/stats/series": {"step": "minute", "points": [POINT]},
    "GET /v1/activity": {
        "activity": [
            {
                "at": AT,
                "actor": "key:ops",
                "action": "destination.pause",
                "object": "destination:lapsed-event",
                "detail": "",
                "request_id": "6f1d0c8e",
            }
        ],
        "next": None,
    },
    "POST /v1/trace": {
        "profile_id": "p-1",
        "waiting": [{"place": "waiting rows", "destination": "lapsed-event", "count": 1}],
        "outcomes": [OUTCOME],
        "next": None,
        "kept_since": AT,
    },
}
