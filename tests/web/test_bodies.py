"""Bodies and queries that cannot be: each with its status, type and place, and nothing changed."""

import gzip
import json

import pytest

from tests.environment import ACME, LAPSED

JSON = {"Content-Type": "application/json"}
LIMIT = 64 * 1024
BODY_PATHS = [
    ("POST", "/v1/trace"),
    ("POST", "/v1/dead-letters/replay"),
    ("POST", "/v1/dead-letters/drop"),
    ("POST", "/v1/connectors/acme/pause"),
    ("PUT", "/v1/connectors/acme"),
]


@pytest.fixture(scope="module")
def web(start, database):
    web = start("--workers", "1", environ={**database, "ACTIVATION_WEB_MAX_BODY": str(8 * LIMIT)})
    web.stores.records.apply({"connectors": {"acme": ACME}, "destinations": {"lapsed": LAPSED}})
    return web


@pytest.mark.parametrize(("method", "path"), BODY_PATHS)
@pytest.mark.parametrize(
    ("body", "headers", "status", "slug", "added"),
    [
        (b"{}", {}, 415, "unsupported-media-type", {"supported": ["application/json"]}),
        (
            b"{}",
            {"Content-Type": "text/plain"},
            415,
            "unsupported-media-type",
            {"supported": ["application/json"]},
        ),
        (
            b"{}",
            {**JSON, "Content-Encoding": "br"},
            415,
            "unsupported-media-type",
            {"supported": ["gzip", "identity"]},
        ),
        (b'{\n"a":', JSON, 400, "malformed-body", {"line": 2}),
        (b'{"a":\n"\xff"}', JSON, 400, "malformed-body", {"line": 2}),
        (b"  ", JSON, 400, "malformed-body", {}),
        (b"{}", {**JSON, "Content-Encoding": "gzip"}, 400, "malformed-body", {}),
        (b"[" * 60_000, JSON, 400, "malformed-body", {}),
        (b" " * (LIMIT + 1), JSON, 413, "body-too-large", {"limit": LIMIT}),
        (
            gzip.compress(b" " * 10_000_000, compresslevel=1),
            {**JSON, "Content-Encoding": "gzip"},
            413,
            "body-too-large",
            {},
        ),
        (b"[]", JSON, 422, "invalid-request", {}),
        (b'{"wide": 1}', JSON, 422, "invalid-request", {}),
    ],
)
def test_a_body_that_cannot_be_read_says_why(web, method, path, body, headers, status, slug, added):
    answer = web.call(method, path, data=body, headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    assert answer.json().items() >= added.items()
    if status == 422:
        assert answer.json()["errors"].keys() == {"json"}
    assert web.stores.records.load().holds == {}


def test_a_packed_body_is_read_like_another(web):
    body = gzip.compress(json.dumps({"profile_id": "ada"}).encode())

    answer = web.call("POST", "/v1/trace", data=body, headers={**JSON, "Content-Encoding": "gzip"})

    assert answer.json()["profile_id"] == "ada"


def test_an_empty_body_is_refused_where_something_must_be_said(web):
    answer = web.call("POST", "/v1/dead-letters/drop", headers=JSON)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-body")


def test_pausing_needs_no_body(web):
    paused = web.call("POST", "/v1/destinations/lapsed/pause", "operate")
    resumed = web.call("POST", "/v1/destinations/lapsed/resume", "operate")

    assert (paused.json()["changed"], resumed.json()["changed"]) == (True, True)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"filter": {"code": "a\0b"}}, "filter"),
        ({"ids": ["a\0b"]}, "ids"),
        ({"ids": ["l1"], "expect": "1"}, "expect"),
        ({"ids": ["l1"], "expect": 1.5}, "expect"),
        ({"ids": ["l1"], "expect": True}, "expect"),
        ({"ids": ["l1"], "dry_run": "yes"}, "dry_run"),
        ({"ids": ["l1"], "dry_run": 1}, "dry_run"),
        ({"ids": [1]}, "ids"),
        ({"filter": {"older_than": "1y"}}, "filter"),
        ({"filter": {"older_than": 5}}, "filter"),
    ],
)
def test_a_value_of_another_type_is_refused(web, body, place):
    answer = web.call("POST", "/v1/dead-letters/drop", "operate", json=body)

    assert answer.status_code == 422
    assert place in answer.json()["errors"]["json"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/dead-letters?code=a%00b",
        "/v1/batches?destination=%00",
        "/v1/activity?actor=%00",
        "/v1/stats?connector=%00",
        "/v1/dead-letters?older_than=9999999999w",
        "/v1/batches?since=2026",
    ],
)
def test_a_query_that_no_database_can_answer_is_refused(web, path):
    answer = web.get(path)

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    assert answer.json()["errors"].keys() == {"query"}


@pytest.mark.parametrize(
    "path", ["dead-letters/%00", "batches/a%00b", "batches/%00/rows", "operations/%00", "connectors/%00"]
)
def test_a_name_with_a_nul_is_none(web, path):
    answer = web.get(f"/v1/{path}")

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json"])
def test_every_endpoint_refuses_an_unknown_parameter(web, path):
    answer = web.get(f"{path}?wide=1")

    assert answer.json()["errors"] == {"query": {"wide": ["Unknown field."]}}


def test_a_cursor_of_another_list_is_refused(web):
    for number in range(2):
        web.stores.records.apply({"connectors": {"acme": {**ACME, "name": str(number)}}})
        web.call("POST", "/v1/trace", json={"profile_id": "ada"})
    cursor = web.get("/v1/activity?limit=1").json()["next"]

    answer = web.get(f"/v1/batches?cursor={cursor}")

    assert (answer.status_code, answer.json()["errors"].keys()) == (422, {"query"})
    assert web.get(f"/v1/activity?limit=1&cursor={cursor}").status_code == 200
