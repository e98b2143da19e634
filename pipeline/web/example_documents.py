"""Documents of examples: one of each kind, for a connector "acme" and an audience "lapsed-buyers"."""

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
