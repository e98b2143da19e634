"""Activations over HTTP, into a real Redis."""

import gzip
import json
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from pipeline.model.shard import SHARDS
from pipeline.operate.keys import create_key
from tests.processes.environment import until

PATH = "/v1/audiences/lapsed/activations"
LINES = {"Content-Type": "application/x-ndjson"}
JSON = {"Content-Type": "application/json"}
LIMIT = 4 * 1024 * 1024
CUT_OFF = gzip.compress(b"{}\n" * 99, mtime=0)[:-9]


def row(number=1, **more):
    return {"profile_id": f"p-{number}", "call_type": "ADD", "identifiers": {"email": "a@b.cc"}, **more}


def lines(*rows):
    return "\n".join(json.dumps(one) for one in rows).encode()


@pytest.fixture(scope="module")
def web(start):
    web = start(environ={"ACTIVATION_WEB_MAX_BODY": str(LIMIT)})
    web.stores.redis.sadd("audiences", "lapsed", "other")
    return web


@pytest.fixture(autouse=True)
def empty(web):
    web.stores.redis.delete(*(f"intake:{shard}" for shard in range(SHARDS)))


def entries(web):
    return [
        json.loads(entry)
        for shard in range(SHARDS)
        for entry in web.stores.redis.lrange(f"intake:{shard}", 0, -1)
    ]


def profiles(web):
    return sorted(entry["profile_id"] for entry in entries(web))


def post(web, body, headers=JSON, scope="produce", path=PATH, **more):
    return web.call("POST", path, scope, data=body, headers={**headers, **more})


def test_one_activation_is_in_the_intake_when_it_is_answered(web):
    answer = post(web, json.dumps(row()))

    assert answer.status_code == 202
    [entry] = entries(web)
    assert answer.json() == {"accepted": 1, "ids": [entry["auto_id"]]}
    assert (entry["audience"], entry["profile_id"]) == ("lapsed", "p-1")


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/ndjson", "application/jsonl"])
def test_lines_are_taken_packed_and_chunked_too(web, kind):
    body = lines(*(row(n) for n in range(3))) + b"\n\n  \n"
    packed = gzip.compress(body[:40]) + gzip.compress(body[40:])

    plain = post(web, body, {"Content-Type": kind})
    zipped = post(web, packed, {"Content-Type": kind, "Content-Encoding": "gzip"})
    chunked = post(web, iter([body[:7], body[7:]]), {"Content-Type": kind})

    assert [answer.json()["accepted"] for answer in (plain, zipped, chunked)] == [3, 3, 3]
    assert len(entries(web)) == 9


def test_an_array_keeps_the_order_of_its_rows(web):
    rows = [row(7, variables={"n": n}) for n in range(1_200)]

    answer = post(web, json.dumps(rows))

    assert len(answer.json()["ids"]) == 1_200
    assert [entry["variables"]["n"] for entry in entries(web)] == list(range(1_200))


def test_an_empty_array_is_fine_and_so_is_a_body_of_blank_lines(web):
    assert post(web, "[]").json() == {"accepted": 0, "ids": []}
    assert post(web, "\n \n", LINES).json() == {"accepted": 0, "ids": []}


def test_with_one_wrong_row_none_is_taken(web):
    rows = [row(1), {**row(2), "call_type": "MOVE"}, {**row(3), "audience": "other"}, 4]

    answer = post(web, json.dumps(rows))

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-activations")
    assert answer.json()["accepted"] == 0
    assert (answer.json()["refused"], answer.json()["errors_left_out"]) == (3, 0)
    assert answer.json()["errors"].keys() == {"1", "2", "3"}
    assert answer.json()["errors"]["2"] == {"audience": ['This row is for another audience than "lapsed".']}
    assert entries(web) == []


def test_an_id_that_comes_again_with_other_content_is_an_error_of_its_row(web):
    first = {**row(1), "id": "77"}

    refused = post(web, json.dumps([first, first, {**first, "variables": {"n": 2}}]))
    taken = post(web, json.dumps([first, first, {**first, "profile_id": "p-2"}]))

    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["2"])
    assert list(refused.json()["errors"]["2"]) == ["id"]
    assert (taken.status_code, taken.json()) == (202, {"accepted": 3, "ids": ["77", "77", "77"]})


def test_with_partial_the_valid_rows_are_taken(web):
    rows = lines(row(1), {}, row(3)) + b"\nno json\n\xff\n" + b"x" * 1_100_000

    answer = post(web, rows, LINES, path=f"{PATH}?partial=true&ids=false")

    assert answer.status_code == 202
    assert (answer.json()["accepted"], answer.json()["refused"]) == (2, 4)
    assert answer.json()["errors"].keys() == {"1", "3", "4", "5"}
    assert "ids" not in answer.json()
    assert profiles(web) == ["p-1", "p-3"]


def test_with_partial_and_no_valid_row_it_is_the_same_problem(web):
    answer = post(web, "[{}]", path=f"{PATH}?partial=true")

    assert (answer.status_code, answer.json()["refused"]) == (422, 1)


def test_a_thousand_errors_are_reported_and_the_rest_counted(web):
    answer = post(web, b"{}\n" * 1_500, LINES)

    assert (len(answer.json()["errors"]), answer.json()["errors_left_out"]) == (1_000, 500)


@pytest.mark.parametrize("partial", ["false", "true"])
def test_rows_are_told_apart_after_a_thousand_errors_too(web, partial):
    wrong = [
        {},
        1,
        row(call_type="MOVE"),
        row(more=1),
        row(identifiers={"hashed_email": "nobody"}),
        row(audience="other"),
    ]
    body = lines(*([{}] * 1_000), *wrong, row(1), row(2))

    answer = post(web, body, LINES, path=f"{PATH}?ids=false&partial={partial}")

    assert (answer.json()["refused"], answer.json()["errors_left_out"]) == (1_006, 6)
    assert profiles(web) == ([] if partial == "false" else ["p-1", "p-2"])


def test_a_key_twice_in_an_object_is_an_error(web):
    doubled = b'{"profile_id": "p-1", "call_type": "ADD", "profile_id" : "p-2"}'

    of_line = post(web, doubled + b"\n" + lines(row(1)), LINES)
    of_body = post(web, b"[" + doubled + b"]")

    assert (of_line.status_code, of_line.json()["errors"]) == (
        422,
        {"0": {"_schema": ["This has a key twice: profile_id."]}},
    )
    assert (of_body.status_code, of_body.json()["type"]) == (400, "/problems/malformed-body")
    assert of_body.json()["detail"] == "An object of the body has a key twice: profile_id."
    assert entries(web) == []


@pytest.mark.parametrize("path", ["/v1//status", "//v1/status//", "/v1/audiences//activations"])
def test_two_slashes_in_a_row_are_no_redirect(web, path):
    answer = web.call("GET", path, "admin", headers={"Host": "evil.example.com"})

    assert (answer.status_code, "Location" in answer.headers) == (404, False)
    assert answer.json()["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    ("body", "headers", "status", "problem"),
    [
        (b"", JSON, 400, "malformed-body"),
        (b"", LINES, 400, "malformed-body"),
        (b"[{]", JSON, 400, "malformed-body"),
        (b'["\xff"]', JSON, 400, "malformed-body"),
        (b"[" * 100_000, JSON, 400, "malformed-body"),
        (b"no gzip", {**LINES, "Content-Encoding": "gzip"}, 400, "malformed-body"),
        (CUT_OFF, {**LINES, "Content-Encoding": "gzip"}, 400, "malformed-body"),
        (b"{}", {**JSON, "Content-Encoding": "br"}, 415, "unsupported-media-type"),
        (b"{}", {"Content-Type": "text/csv"}, 415, "unsupported-media-type"),
        (b" " * (LIMIT + 1), LINES, 413, "body-too-large"),
        (b" " * (LIMIT // 8 + 1), JSON, 413, "body-too-large"),
        (b"{}", {**JSON, "Idempotency-Key": "x" * 101}, 422, "invalid-request"),
    ],
)
def test_a_bad_body_is_a_problem_and_leaves_nothing(web, body, headers, status, problem):
    answer = post(web, body, headers)

    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")
    assert entries(web) == []
    assert web.get("/healthz", scope=None).status_code == 200


def test_a_bomb_is_a_problem_and_leaves_nothing(web):
    bomb = gzip.compress(b" " * 100_000_000, compresslevel=1)

    answer = post(web, bomb, {**LINES, "Content-Encoding": "gzip"})

    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")
    assert entries(web) == []
    assert web.get("/healthz", scope=None).status_code == 200


def test_the_line_at_which_json_ends_is_reported(web):
    assert post(web, b"[\n{},\n{]").json()["line"] == 3


def test_an_unknown_query_parameter_is_refused(web):
    answer = post(web, "[]", path=f"{PATH}?prtial=true")

    assert answer.status_code == 422
    assert answer.json()["errors"] == {"query": {"prtial": ["Unknown field."]}}


def test_an_audience_that_nobody_takes_is_named(web):
    answer = post(web, "[]", path="/v1/audiences/nowhere/activations")

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-audience")
    assert answer.json()["audience"] == "nowhere"


def test_a_key_reaches_its_own_audiences_only_and_that_is_looked_at_first(web):
    _, text = create_key(web.stores.engine, "narrow", "produce", ["lapsed"])
    narrow = {"Authorization": f"Bearer {text}", **JSON}
    until(lambda: {post(web, "[]", narrow, scope=None).status_code for _ in range(20)} == {202})

    for path in ("/v1/audiences/other/activations", "/v1/audiences/nowhere/activations?x=1"):
        answer = post(web, "{", narrow, scope=None, path=path)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")


def test_a_key_that_reads_may_not_produce(web):
    answer = post(web, "[]", scope="operate")

    assert (answer.status_code, answer.json()["needs"]) == (403, "produce")


def test_a_repeat_with_its_key_counts_once_and_says_so(web):
    body = lines(*(row(n) for n in range(1_100)))

    first = post(web, body, LINES, **{"Idempotency-Key": "monday"})
    again = post(web, body, LINES, **{"Idempotency-Key": "monday"})

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(entries(web)) == 1_100


def test_four_at_once_with_one_key_count_once(web):
    body = lines(*(row(n) for n in range(3_000)))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post(web, body, LINES, **{"Idempotency-Key": "four"}), range(4)))

    served = [answer.json()["ids"] for answer in answers if answer.status_code == 202]
    assert served
    assert all(ids == served[0] for ids in served)
    assert len(entries(web)) == 3_000


def test_a_key_that_came_with_another_body_is_refused(web):
    key = {"Idempotency-Key": "tuesday"}
    post(web, json.dumps(row(1)), **key)

    for again in (
        post(web, json.dumps(row(2)), **key),
        post(web, json.dumps(row(1)), path=f"{PATH}?bulk=true", **key),
        post(web, json.dumps(row(1)), path="/v1/audiences/other/activations", **key),
    ):
        assert (again.status_code, again.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert profiles(web) == ["p-1"]


def raw(web, head, body=b""):
    address = urlsplit(web.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=60)
    key = web.key("produce")
    text = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n{head}\r\n\r\n"
    connection.sendall(text.encode() + body)
    return connection


def answered(connection):
    content = b""
    while piece := connection.recv(65_536):
        content += piece
    connection.close()
    return content


def test_a_body_that_breaks_off_leaves_nothing(web):
    body = lines(row(1), row(2))
    connection = raw(web, f"Content-Type: application/x-ndjson\r\nContent-Length: {len(body) + 1}", body)
    connection.shutdown(socket.SHUT_WR)

    content = answered(connection)

    assert b" 400 " in content.splitlines()[0]
    assert b"/problems/malformed-body" in content
    assert entries(web) == []


def test_a_bad_chunk_is_a_problem(web):
    """What follows a bad chunk cannot be told from a request, so the connection ends."""
    body = b"zz\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    connection = raw(web, "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked", body)

    content = answered(connection)

    assert b"/problems/malformed-body" in content
    assert b"\r\nConnection: close\r\n" in content
    assert content.count(b"HTTP/1.1 ") == 1


def test_bodies_that_stop_coming_leave_room_for_others(start):
    web = start("--workers", "1", "--threads", "2", environ={"ACTIVATION_WEB_MAX_BODY": str(LIMIT)})
    web.stores.redis.sadd("audiences", "lapsed")

    def beside_a_stalled_body():
        connection = raw(web, "Content-Type: application/x-ndjson\r\nContent-Length: 1000", b"{")
        answer = post(web, "[]")
        if answer.status_code == 503:
            return connection, answer
        connection.close()  # it came too late, and was itself refused
        return None

    stalled, answer = until(beside_a_stalled_body)

    assert answer.json()["type"] == "/problems/busy"
    assert int(answer.headers["Retry-After"]) > 0
    assert web.get("/healthz", scope=None).status_code == 200
    stalled.close()
    until(lambda: post(web, "[]").status_code == 202)


def test_an_answer_that_ends_the_connection_says_so(web):
    connection = raw(web, "Content-Type: application/x-ndjson\r\nContent-Length: 99999999", b"{")

    content = answered(connection)

    assert b" 413 " in content.splitlines()[0]
    assert b"\r\nConnection: close\r\n" in content


def test_without_redis_it_says_what_is_in_and_a_repeat_completes_it(start):
    web = start("--workers", "1", environ={"ACTIVATION_WEB_MAX_BODY": str(LIMIT)})
    web.stores.redis.sadd("audiences", "lapsed")
    key = {"Idempotency-Key": "redis-away"}
    assert post(web, json.dumps(row(1))).status_code == 202
    server = web.stores.redis.info("server")["process_id"]

    os.kill(server, signal.SIGSTOP)
    try:
        answer = post(web, json.dumps(row(2)), **key)
    finally:
        os.kill(server, signal.SIGCONT)

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/intake-unavailable")
    assert answer.json()["accepted"] == 0
    assert 1 <= int(answer.headers["Retry-After"]) <= 30
    until(lambda: post(web, json.dumps(row(2)), **key).status_code == 202)
    assert profiles(web) == ["p-1", "p-2"]


def test_a_demoted_redis_is_named_and_the_process_goes_on_after_it(start):
    web = start("--workers", "1")
    web.stores.redis.sadd("audiences", "lapsed")
    assert post(web, json.dumps(row(1))).status_code == 202

    web.stores.redis.replicaof("127.0.0.1", "1")
    try:
        answer = post(web, json.dumps(row(2)))
    finally:
        web.stores.redis.replicaof("NO", "ONE")

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/intake-unavailable")
    assert "read-only replica" in answer.json()["detail"]
    assert web.process.poll() is None
    until(lambda: post(web, json.dumps(row(2))).status_code == 202)


def test_nothing_of_a_body_is_left_in_the_data_folder(web):
    post(web, lines(*(row(n, variables={"x": "y" * 500}) for n in range(5_000))), LINES)

    kept = {path.name for path in web.stores.settings.data_dir.iterdir()}
    assert not [name for name in kept if name.startswith("tmp")]
