"""Texts that no store or terminal keeps, at every endpoint of the API: problems with their places, no 500."""

import json
import re
from urllib.parse import quote

import pytest

from pipeline.records import mirror
from tests.environment import ACME, LAPSED
from tests.nasty_values import JSON as NASTY
from tests.nasty_values import document

JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}
AUDIENCE = f"/v1/audiences/{LAPSED['audience']}/activations"
HALF = '"\\ud83d"'
PLACED = {"half": "%ED%A0%BD", "NUL": "%00", "no UTF-8": "%FF%FE", "emoji": quote("🙂"), "line": "%0A"}
VALUES = {
    "half": HALF,
    "half, the second": '"\\udc00x"',
    "half as a key": f"{{{HALF}: 1}}",
    "half as bytes": b'"\xed\xa0\xbd"',
    "NUL": '"\\u0000"',
    "nested": "[" * 1000 + "]" * 1000,
    "nested, cut off": "[" * 1000,
    "infinite": "Infinity",
    "long number": "9" * 5000,
    "null": "null",
}
NAMES = ("profile_id", "call_type", "id", "occurred_at", "identifiers", "variables", "further")
GOOD = {"profile_id": "p", "call_type": "ADD", "identifiers": {"email": "ada@example.com"}}
MEMBERS = ("reason", "note", "ids", "filter", "expect", "name", "profile_id", "label", "password")


@pytest.fixture(scope="module")
def web(start):
    return start("--workers", "1")


@pytest.fixture(autouse=True)
def records(web):
    """The records that paths name, also after a test has deleted them."""
    web.stores.records.apply({"connectors": {"acme": ACME}, "destinations": {"lapsed": LAPSED}})
    mirror.refresh(web.stores.redis, web.stores.records)


@pytest.fixture(scope="module")
def endpoints(web):
    """Every method and path of the document, with its parameters of the query; what deletes comes last."""
    paths = web.get("/openapi.json").json()["paths"]
    return [
        (method.upper(), path, parameters_of(methods[method]))
        for method in ("get", "post", "patch", "put", "delete")
        for path, methods in paths.items()
        if method in methods
    ]


def parameters_of(operation):
    return [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"]


def existing(path):
    """Put names of records that there are into a path."""
    name = "lapsed" if "destinations" in path else "acme"
    names = {"name": name, "audience": LAPSED["audience"], "kind": "connectors"}
    return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], "x"), path)


def bytes_of(value):
    return value if isinstance(value, bytes) else value.encode()


def body_of(members, value):
    """Write an object with a value for each of these members."""
    return b"{" + b", ".join(b'"%s": %s' % (name.encode(), bytes_of(value)) for name in members) + b"}"


def is_no_fault(answer):
    """Tell whether an answer is a success, or a problem that names what is wrong."""
    if answer.status_code >= 500:
        return False
    return answer.status_code < 400 or answer.json()["type"].startswith("/problems/")


@pytest.mark.parametrize("placed", PLACED.values(), ids=PLACED)
def test_no_name_and_no_query_is_our_fault(web, endpoints, placed):
    at_fault = []
    for method, path, parameters in endpoints:
        options = {} if method == "GET" else {"data": b"{}", "headers": JSON}
        named = re.sub(r"\{\w+\}", lambda _: placed, path)
        queries = [f"{placed}={placed}", "&".join(f"{name}={placed}" for name in parameters)]
        calls = [named, *(f"{existing(path)}?{query}" for query in queries)]
        at_fault += [(method, call) for call in calls if not is_no_fault(web.call(method, call, **options))]

    assert at_fault == []


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_body_is_our_fault(web, endpoints, value):
    bodies = [bytes_of(value), body_of(MEMBERS, value), *(body_of([name], value) for name in MEMBERS)]
    at_fault = [
        (method, path, body[:80])
        for method, path, _ in endpoints
        for body in bodies
        if method != "GET" and not is_no_fault(web.call(method, existing(path), data=body, headers=JSON))
    ]

    assert at_fault == []


@pytest.mark.parametrize("headers", [JSON, LINES], ids=["array", "lines"])
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_activation_is_our_fault(web, value, headers):
    for name in NAMES:
        row = json.dumps({key: member for key, member in GOOD.items() if key != name}).encode()
        row = row[:-1] + b', "%s": %s}' % (name.encode(), bytes_of(value))
        body = row if headers is LINES else b"[" + row + b"]"
        for query in ("", "?partial=true"):
            answer = web.call("POST", AUDIENCE + query, data=body, headers=headers)
            assert is_no_fault(answer), (name, answer.text)


def lines_with(tokens):
    """Write a row for each value in each of the places of an activation, a good one before and after."""
    good = {name: json.dumps(value).encode() for name, value in GOOD.items()}
    first, last = (document({**good, "profile_id": name}) for name in (b'"first"', b'"last"'))
    odd = [document({**good, name: token}) for token in tokens for name in NAMES]
    return [first, *odd, *tokens, last]


def test_no_line_stops_another(web):
    rows = lines_with(NASTY.values())

    answer = web.call("POST", f"{AUDIENCE}?partial=true", data=b"\n".join(rows), headers=LINES)

    blank = 1  # the value of no bytes is an empty line
    told = answer.json()
    assert (answer.status_code, told["accepted"] + told["refused"]) == (202, len(rows) - blank)
    assert told["accepted"] >= 2
    assert not {"0", str(len(rows) - blank - 1)} & told["errors"].keys()


def test_no_row_of_an_array_stops_another(web):
    bodies = {name: b"[%b]" % b", ".join(lines_with([token])) for name, token in NASTY.items()}

    answers = {
        name: web.call("POST", f"{AUDIENCE}?partial=true", data=body, headers=JSON)
        for name, body in bodies.items()
    }

    assert [name for name, answer in answers.items() if not is_no_fault(answer)] == []
    for answer in answers.values():
        assert answer.json().get("accepted", 2) >= 2


def test_a_key_that_is_half_a_pair_is_named_with_its_row(web):
    body = b'{"profile_id": "p", "call_type": "ADD", "identifiers": {"email": "a@b.cc"}, "\\ud83d": 1}'

    answer = web.call("POST", AUDIENCE, data=body, headers=LINES)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["0"]


def test_half_a_pair_in_a_document_is_named_with_its_line(web):
    body = b'[\n{"profile_id":\n"\\ud83d\\ud83d\\udc00"}]'

    answer = web.call("POST", AUDIENCE, data=body, headers=JSON)

    detail = "The body has half of a surrogate pair: see line 3."
    assert (answer.status_code, answer.json()["detail"], answer.json()["line"]) == (400, detail, 3)
