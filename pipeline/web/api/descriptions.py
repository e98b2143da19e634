"""Parts of the OpenAPI description that are not derived from schemas."""

from typing import Any

ACTIVATION: dict[str, Any] = {
    "type": "object",
    "required": ["profile_id", "call_type"],
    "properties": {
        "profile_id": {"type": "string", "minLength": 1, "maxLength": 255},
        "call_type": {"enum": ["ADD", "UPDATE", "REMOVE"]},
        "audience": {"type": "string", "description": "The one of the path, or absent."},
        "identifiers": {
            "type": "object",
            "description": "Any of email, hashed_email, riid, crm_id and salesforce_id.",
        },
        "variables": {"type": "object"},
        "occurred_at": {"type": "string", "format": "date-time"},
        "id": {"type": "string", "description": "Recognised for the idempotency window."},
    },
    "example": {
        "profile_id": "p-1",
        "call_type": "ADD",
        "identifiers": {"email": "ada@example.com"},
        "variables": {"tier": "gold"},
    },
}
LINES = {"schema": {"type": "string"}, "example": '{"profile_id": "p-1", "call_type": "ADD"}\n'}
ACTIVATIONS: dict[str, Any] = {
    "security": [{"key": []}],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"anyOf": [ACTIVATION, {"type": "array", "items": ACTIVATION}]}},
            "application/x-ndjson": LINES,
            "application/ndjson": LINES,
            "application/jsonl": LINES,
        },
    },
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "description": "A repeat with the same key and body counts every row once.",
            "schema": {"type": "string", "pattern": "^[ -~]{1,100}$"},
        }
    ],
    "responses": {
        "202": {
            "description": "All of it is in the intake.",
            "headers": {"Idempotent-Replayed": {"schema": {"enum": ["true"]}}},
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["accepted"],
                        "properties": {
                            "accepted": {"type": "integer"},
                            "ids": {"type": "array", "items": {"type": "string"}},
                            "refused": {"type": "integer"},
                            "errors": {"type": "object"},
                            "errors_left_out": {"type": "integer"},
                        },
                    },
                    "example": {"accepted": 1, "ids": ["k3v-1-0"]},
                }
            },
        }
    },
}
