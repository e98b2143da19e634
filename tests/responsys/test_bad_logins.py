"""Logins at servers that misbehave on the socket: each ends in time, and is tried again later."""

import gzip
from dataclasses import replace
from functools import cache

import pytest

from pipeline.errors import RetryLater
from pipeline.model.call import Call
from pipeline.responsys.client import Client
from pipeline.responsys.login import shared_tokens
from tests.fixtures.bad_server import answer, close, drip, hang, hang_within, reset, say, truncate

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@cache
def large_answer():
    """Return an answer of 33 MiB, which travels as few bytes."""
    large = gzip.compress(b'{"authToken": "' + b"E" * (33 << 20) + b'"}', compresslevel=1)
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(large), large)


def bomb(server, connection):
    say(large_answer())(server, connection)


BEHAVIOURS = {
    "hangs": (hang, "no answer: TimeoutError"),
    "hangs within": (hang_within, "no answer: TimeoutError"),
    "closes": (close, "no answer: RemoteDisconnected"),
    "resets": (reset, "no answer: (ConnectionReset|RemoteDisconnected)"),
    "truncates": (truncate, "no answer: IncompleteRead"),
    "drips a status": (drip(b"HTTP/1.1 200 ", b"x"), "no answer: CallTimeout"),
    "drips a head": (drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"), "no answer: CallTimeout"),
    "drips heads": (drip(CONTINUE, CONTINUE), "no answer: CallTimeout"),
    "drips a body": (drip(b"HTTP/1.1 200 OK\r\n\r\n", b" "), "no answer: CallTimeout"),
    "drips chunks": (
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        "no answer: CallTimeout",
    ),
    "sends a bomb": (bomb, "the answer has more than 32 MiB"),
    "is no Responsys": (answer(b"<html>"), "HTTP 200 without a Responsys answer"),
    "is nested": (answer(b"[" * 100_000), "HTTP 200 without a Responsys answer"),
}  # fmt: skip


@pytest.fixture
def log_in(redis, vault, connector, serve):
    """Logs in at a server; ``call`` seconds are left for the whole of a call."""

    def run(behaviour, call=0.4, read=0.4):
        server = serve(behaviour)
        tokens = shared_tokens(redis, vault, take=lambda *_: 0.0, connect_timeout=0.2, read_timeout=read)
        acme = replace(connector, auth_endpoint=server.url)
        return server, Client(acme, tokens, connect_timeout=0.2, read_timeout=read, call_timeout=call)

    return run


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_login_without_a_good_answer_is_tried_again(log_in, name):
    behaviour, detail = BEHAVIOURS[name]
    if behaviour is bomb:
        large_answer()  # it is made while nobody waits for it
    patience = {"call": 60, "read": 20} if "bomb" in name else {"call": 0.8}  # unpacking takes its time
    if name.startswith("drips"):
        patience["read"] = 20  # a busy machine may drip slowly; the call's own end is looked at
    _, client = log_in(behaviour, **patience)

    with pytest.raises(RetryLater, match=detail):
        client.ready()


def test_a_call_and_its_login_have_one_deadline(log_in):
    """The login drips for longer than the call may take, and the call itself is not sent."""
    server, client = log_in(
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "), call=0.3, read=60
    )

    with pytest.raises(RetryLater, match="CallTimeout"):
        client.send(Call(function="triggerCustomEvent", path="/rest/api/v1.3/events/X", body={}))
    assert [request.partition(b" HTTP")[0] for request in server.requests] == [
        b"POST /rest/api/v1.3/auth/token"
    ]
