"""The web process: rules that hold for every endpoint."""

import os
import signal
import subprocess
import sys

import pytest
import requests

from pipeline.operate.keys import create_key, revoke_key
from tests.processes import ROOT
from tests.processes.environment import until
from tests.processes.machine import on_this_machine


def test_healthz_needs_no_key(web):
    answer = web.get("/healthz", scope=None)

    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_readyz_names_the_stores_and_nothing_more(web):
    answer = web.get("/readyz", scope=None)

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "redis": True, "sql": True})


def test_without_a_key_nothing_is_served(web):
    answer = web.get("/v1/status", scope=None)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/unauthenticated",
        "title": "A key is needed",
        "status": 401,
        "detail": "Send `Authorization: Bearer KEY`.",
        "request_id": answer.headers["X-Request-Id"],
    }


def test_a_path_that_is_not_there_says_so(web):
    answer = web.get("/v1/nothing")

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize(
    ("path", "way_out"),
    [
        ("/v1/operations/op_1", "the action that begins one names it"),
        ("/v1/batches/b/rows", "/v1/batches lists them"),
    ],
)
def test_what_is_not_there_names_the_way_to_what_is(web, path, way_out):
    answer = web.get(path)

    assert answer.status_code == 404
    assert way_out in answer.json()["detail"]


def test_a_key_that_is_not_known_names_the_list_of_keys(web):
    answer = web.get("/v1/status", scope=None, headers={"Authorization": "Bearer wrong"})

    assert answer.status_code == 401
    assert "`activation keys list`" in answer.json()["detail"]


def test_a_method_that_does_not_work_names_those_that_do(web):
    answer = web.call("DELETE", "/healthz", scope=None)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_head_works_where_get_does(web):
    answer = web.call("HEAD", "/healthz", scope=None)

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(("given", "kept"), [("a.b-c_1", True), ("x" * 65, False), ("blank no", False)])
def test_a_request_id_is_kept_when_it_is_legible(web, given, kept):
    answer = web.get("/healthz", scope=None, headers={"X-Request-Id": given})

    assert (answer.headers["X-Request-Id"] == given) is kept


def test_the_description_is_openapi_and_every_problem_has_a_page(web):
    spec = web.get("/openapi.json", scope=None).json()

    assert spec["openapi"] == "3.1.0"
    assert "/healthz" in spec["paths"]
    for slug in ("malformed-body", "busy", "invalid-request"):
        page = web.get(f"/problems/{slug}", scope=None)
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_the_page_of_the_description_loads_from_this_host_alone(web):
    page = web.get("/docs", scope=None)

    assert "http" not in page.text
    for path in ("/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/static/docs.js"):
        assert web.get(path, scope=None).status_code == 200


def test_the_log_has_a_line_for_each_request_without_its_path(web):
    answer = web.get("/problems/secret-looking-text", scope=None)

    mine = f"request_id={answer.headers['X-Request-Id']}"
    line = until(lambda: next((ln for ln in web.log.read_text().splitlines() if mine in ln), None))
    assert "route=/problems/{slug} status=404" in line
    assert "secret-looking-text" not in web.log.read_text()


def test_a_new_key_counts_at_once_in_every_process(web):
    """A newcomer makes a key and uses it in the next line."""
    for _ in range(20):  # both processes have read the keys that there are
        web.get("/healthz", scope=None)
    _, key = create_key(web.stores.engine, "just-made", "read")

    answers = {
        web.get("/v1/activity", scope=None, headers={"Authorization": f"Bearer {key}"}).status_code
        for _ in range(20)
    }

    assert answers == {200}


def test_a_revoked_key_is_refused_by_every_process_within_seconds(web):
    _, text = create_key(web.stores.engine, "short-lived", "read")
    headers = {"Authorization": f"Bearer {text}"}

    def statuses():
        return {web.get("/v1/nothing", scope=None, headers=headers).status_code for _ in range(20)}

    until(lambda: statuses() == {404}, within=on_this_machine(10))

    revoke_key(web.stores.engine, "short-lived")

    until(lambda: statuses() <= {401, 429}, within=on_this_machine(10))


def test_wrong_keys_are_refused_faster_and_a_right_one_is_served(start):
    web = start("--workers", "1")
    wrong = {"Authorization": "Bearer ak_00000000_wrong"}

    seen = [web.get("/v1/nothing", scope=None, headers=wrong).status_code for _ in range(11)]

    assert seen == [401] * 10 + [429]
    assert int(web.get("/v1/nothing", scope=None, headers=wrong).headers["Retry-After"]) > 0
    assert web.get("/v1/nothing").status_code == 404


def test_it_ends_by_itself_when_told_to(start):
    web = start()
    assert web.get("/healthz", scope=None).status_code == 200

    web.process.send_signal(signal.SIGTERM)

    assert web.process.wait(timeout=on_this_machine(5)) == 0
    with pytest.raises(requests.ConnectionError):
        web.get("/healthz", scope=None)


def test_an_address_that_is_taken_is_named(web, tmp_path):
    address = web.url.removeprefix("http://")
    script = f"from pipeline.cli import main; main(['web', '--address', '{address}'])"
    environ = {"ACTIVATION_DATA_DIR": str(tmp_path), "PATH": ""}

    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )

    assert ended.returncode == 2
    assert f"{address} is taken: another program listens there" in ended.stderr


def test_without_redis_it_is_alive_and_not_ready(start):
    web = start("--workers", "1")
    server = web.stores.redis.info("server")["process_id"]

    os.kill(server, signal.SIGSTOP)
    try:
        answer = web.get("/readyz", scope=None)
        alive = web.get("/healthz", scope=None)
    finally:
        os.kill(server, signal.SIGCONT)

    assert (answer.status_code, answer.json()) == (503, {"ready": False, "redis": False, "sql": True})
    assert answer.elapsed.total_seconds() < on_this_machine(3)
    assert alive.status_code == 200
    until(lambda: web.get("/readyz", scope=None).status_code == 200)
