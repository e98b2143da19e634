"""Clients that stop in the middle of a request leave threads for others, whatever they have begun."""

import socket
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest

from tests.processes.environment import until

REPLAY = "/v1/dead-letters/replay"
JSON = "Content-Type: application/json\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture
def stall(start):
    """Starts a process and sends it the beginning of a request on many connections."""
    with ExitStack() as opened:

        def begin(threads, connections, request):
            web = start("--workers", "1", "--threads", str(threads))
            host = urlsplit(web.url)
            text = request.format(key=web.key("operate"))
            for _ in range(connections):
                connection = socket.create_connection((host.hostname, host.port), timeout=30)
                opened.enter_context(closing(connection))
                connection.sendall(text.encode())
            return web, opened

        yield begin


def replay(web):
    return web.call("POST", REPLAY, "operate", json={"ids": ["1"], "dry_run": True}).status_code


@pytest.mark.parametrize(("path", "kind"), [(REPLAY, JSON), ("/login", FORM)])
def test_bodies_of_any_kind_that_stop_hold_half_of_the_threads(stall, path, kind):
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {{key}}\r\n{kind}Content-Length: 9\r\n\r\n"
    )

    web, opened = stall(4, 8, head + "x")

    until(lambda: replay(web) == 503)
    assert web.get("/healthz", scope=None).status_code == 200
    opened.close()
    until(lambda: replay(web) == 200)


def test_heads_that_stop_give_their_threads_back(stall):
    web, _ = stall(2, 2, "GET /healthz HTTP/1.1\r\nHost: x\r\n")

    assert web.get("/healthz", scope=None).status_code == 200  # within the 20 s that it waits
