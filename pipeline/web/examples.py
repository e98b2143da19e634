"""Answers of the API as examples for its description, by method and path."""

from collections.abc import Mapping
from typing import Any

from pipeline.web.example_documents import (
    AT,
    BATCH,
    CHECKED,
    CONFLICT,
    CONNECTOR,
    DESTINATION,
    ENTRY,
    GROUP,
    LETTER,
    OPERATION,
    OUTCOME,
    PAUSED,
    POINT,
    RECORD,
    RUN,
    STOP,
)

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
