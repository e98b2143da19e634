"""pipeline.wire.transport, session, connections and deadlines, against servers that misbehave."""

import gc
import gzip
import socket
import ssl
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest

from pipeline.errors import Held, OutcomeUnknown, Refused, RetryLater
from pipeline.responsys.exchange import exchange
from pipeline.wire import connections
from pipeline.wire.deadlines import WATCH, within
from pipeline.wire.session import open_session
from pipeline.wire.transport import CallBody
from tests.fixtures.bad_server import (
    after,
    answer,
    close,
    drip,
    hang,
    hang_within,
    in_turn,
    read_slowly,
    reset,
    say,
    send,
    socks,
    truncate,
    tunnel,
)
from tests.fixtures.tls import certificate_in

CONTENT = b'{"recipientData": []}'


@pytest.fixture
def session():
    with open_session() as session:
        yield session


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine, with its key, that nobody trusts by itself."""
    return certificate_in(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def post(session, url, timeout=(5, 5)):
    return exchange(session, "POST", url, timeout=timeout, token="Etoken", data=CallBody(CONTENT))


def test_a_request_carries_the_bare_token_and_says_it_is_json(session, serve):
    server = serve(answer(b"[]"))

    assert post(session, server.url) == []
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert body == CONTENT
    assert {b"Authorization: Etoken", b"Content-Type: application/json", b"Content-Length: 21"} <= set(
        head.split(b"\r\n")
    )


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("content", [None, CONTENT], ids=["empty", "body"])
def test_requests_over_one_connection_say_the_same(session, serve, method, content):
    server = serve(answer(b"[]", b"[]"))

    for _ in range(2):
        body = content and CallBody(content)
        exchange(session, method, f"{server.url}/a%20b?c=d", timeout=(5, 5), token="Etoken", data=body)

    first, second = (request.partition(b"\r\n\r\n") for request in server.requests)
    assert sorted(first[0].split(b"\r\n")) == sorted(second[0].split(b"\r\n"))
    assert first[0].splitlines()[0] == second[0].splitlines()[0] == f"{method} /a%20b?c=d HTTP/1.1".encode()
    assert first[2] == second[2] == (content or b"")


def test_requests_over_one_connection_have_each_their_own_token_and_body(session, serve):
    server = serve(answer(b"[]", b"[]", b"[]"))

    for token, content in [("Ea", b"[]"), ("Eb", b"[1]"), ("Ec", b"[1, 2]")]:
        exchange(session, "POST", server.url, timeout=(5, 5), token=token, data=CallBody(content))

    assert server.connections == 1
    assert b"Authorization: Eb\r\n" in server.requests[1]
    assert b"Authorization: Ec\r\n" in server.requests[2]
    assert [request.partition(b"\r\n\r\n")[2] for request in server.requests] == [b"[]", b"[1]", b"[1, 2]"]


def test_a_host_is_called_again_after_its_connections_were_given_up(session, serve):
    server = serve(answer(b"[]"), answer(b"[]"))

    assert post(session, server.url) == []
    session.close()
    assert post(session, server.url) == []


def test_a_refused_connection_was_not_sent(session):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(RetryLater, match=r"^OtherError: not sent: ConnectionRefusedError$"):
        post(session, f"http://127.0.0.1:{port}")


def test_a_host_that_does_not_exist_was_not_sent_to(session):
    with pytest.raises(RetryLater, match=r"^OtherError: not sent: gaierror$"):
        post(session, "http://nowhere.invalid")


def test_a_connection_that_takes_too_long_was_not_sent_over(session, serve):
    """The server accepts and never shakes hands; requests calls that a ReadTimeout."""
    server = serve(hang)

    with pytest.raises(RetryLater, match=r"^OtherError: not sent: TimeoutError$"):
        post(session, server.url.replace("http", "https"), timeout=(0.2, 5))


@pytest.mark.parametrize(
    "pieces", [(b"Content-Length: 2\r\n\r\n[]",), (b"Content-Length: 2\r\n\r\n", b"[", b"]")]
)
def test_an_answer_may_take_longer_than_a_connection(session, serve, pieces):
    """The time to connect is no bound for the answer: a large merge takes longer than that."""
    head, *others = pieces
    server = serve(after(0.6, send(b"HTTP/1.1 200 OK\r\n" + head), *map(send, others)))

    assert post(session, server.url, timeout=(0.5, 60)) == []


def test_a_server_with_a_strange_certificate_was_not_sent_to(session, serve, tls):
    server = serve(answer(b"[]"), context=tls)

    with pytest.raises(RetryLater, match=r"^OtherError: not sent: SSLCertVerificationError$"):
        post(session, server.url)
    assert server.requests == []


@pytest.mark.parametrize(
    ("behaviour", "code", "detail"),
    [
        (close, "OutcomeUnknown", "no answer: RemoteDisconnected"),
        (truncate, "OutcomeUnknown", "no answer: IncompleteRead"),
        (hang, "Timeout", "no answer: TimeoutError"),
        (hang_within, "Timeout", "no answer: TimeoutError"),
    ],
)
@pytest.mark.parametrize("before", [0, 1], ids=["new", "kept"])
def test_what_went_out_without_an_answer_is_unknown(session, serve, behaviour, code, detail, before):
    server = serve(in_turn(*[answer(b"[]")] * before, behaviour))
    for _ in range(before):
        post(session, server.url)

    with pytest.raises(OutcomeUnknown) as caught:
        post(session, server.url, timeout=(5, 0.2))

    assert (caught.value.code, caught.value.detail) == (code, detail)
    assert (server.connections, len(server.requests)) == (1, before + 1)


def test_a_connection_whose_answer_did_not_end_is_not_used_again(session, serve):
    server = serve(in_turn(answer(b"[]"), hang_within), answer(b"[]"))
    post(session, server.url)

    with pytest.raises(OutcomeUnknown):
        post(session, server.url, timeout=(5, 0.2))

    assert post(session, server.url) == []
    assert server.connections == 2


def test_a_kept_connection_that_breaks_before_the_body_was_not_sent_over(session, serve, monkeypatch):
    """It is looked at before it is used, and may break just then."""
    server = serve(in_turn(answer(b"[]"), reset))
    post(session, server.url)
    assert server.closed.wait(60)
    monkeypatch.setattr(connections.Connection, "is_connected", True)

    with pytest.raises(RetryLater, match=r"^OtherError: not sent: RemoteDisconnected$"):
        post(session, server.url)
    assert len(server.requests) == 1


@pytest.mark.parametrize("behaviour", [close, truncate])
@pytest.mark.parametrize("before", [0, 1], ids=["new", "kept"])
def test_a_tls_connection_that_breaks_after_the_body_is_unknown(
    session, serve, tls, certificate, behaviour, before, monkeypatch
):
    """requests calls this an SSLError too, as when the certificate is bad."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server = serve(in_turn(*[answer(b"[]")] * before, behaviour), context=tls)
    for _ in range(before):
        post(session, server.url)

    with pytest.raises(OutcomeUnknown):
        post(session, server.url)
    assert (server.connections, len(server.requests)) == (1, before + 1)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        ("200 OK", b"<html>", OutcomeUnknown("OutcomeUnknown", "HTTP 200 without a Responsys answer")),
        ("200 OK", b"", OutcomeUnknown("OutcomeUnknown", "HTTP 200 without a Responsys answer")),
        ("200 OK", b"[" * 100_000, OutcomeUnknown("OutcomeUnknown", "HTTP 200 without a Responsys answer")),
        ("302 Found", b"", RetryLater("OtherError", "HTTP 302 without a Responsys answer")),
        ("404 Not Found", b"<html>", RetryLater("OtherError", "HTTP 404 without a Responsys answer")),
        (
            "502 Bad Gateway",
            b"<html>",
            OutcomeUnknown("OutcomeUnknown", "HTTP 502 without a Responsys answer"),
        ),
    ],
)
@pytest.mark.parametrize("before", [0, 1], ids=["new", "kept"])
def test_an_answer_that_is_not_responsys_own_is_judged_by_its_status(
    session, serve, status, body, error, before
):
    server = serve(in_turn(*[answer(b"[]")] * before, answer(body, status=status)))
    for _ in range(before):
        post(session, server.url)

    with pytest.raises(type(error)) as caught:
        post(session, server.url)

    assert (caught.value.code, caught.value.detail) == (error.code, error.detail)


@pytest.mark.parametrize("before", [0, 1], ids=["new", "kept"])
def test_a_redirect_is_not_followed(session, serve, before):
    elsewhere = serve(answer(b"[]"))
    redirect = answer(b"", status=f"307 Temporary Redirect\r\nLocation: {elsewhere.url}")
    server = serve(in_turn(*[answer(b"[]")] * before, redirect))
    for _ in range(before):
        post(session, server.url)

    with pytest.raises(RetryLater, match="HTTP 307"):
        post(session, server.url)
    assert elsewhere.requests == []


def test_a_redirect_may_lead_to_no_address(session, serve):
    server = serve(answer(b"", status="307 Temporary Redirect\r\nLocation: http://["))

    with pytest.raises(RetryLater, match="HTTP 307"):
        post(session, server.url)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2", b"{}"),
        (b"HTTP/1.1 200\r\ncontent-LENGTH:2  \r\nConnection: Keep-Alive", b"{}"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"1\r\n{\r\n1;odd\r\n}\r\n0\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Folded: one\r\n two\r\nContent-Length: 2", b"{}"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2", b"{}"),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 20_000 + b"\r\nContent-Length: 2", b"{}"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 22",
            gzip.compress(b"{}", mtime=0),
        ),
    ],
    ids=["length", "odd", "chunks", "folded", "continue", "long", "gzip"],
)
def test_an_answer_is_read_in_any_form_and_its_connection_used_again(session, serve, head, body):
    content = head + b"\r\n\r\n" + body
    server = serve(say(content, content))

    assert [post(session, server.url), post(session, server.url)] == [{}, {}]
    assert server.connections == 1


@pytest.mark.parametrize("before", [0, 1], ids=["new", "kept"])
def test_an_answer_that_is_not_in_the_coding_it_says_is_unknown(session, serve, before):
    broken = say(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}")
    server = serve(in_turn(*[answer(b"[]")] * before, broken))
    for _ in range(before):
        post(session, server.url)

    with pytest.raises(OutcomeUnknown, match="no answer: error"):
        post(session, server.url)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2",
        b"HTTP/1.1 200 OK\r\nX: y",
        b"HTTP/1.0 200",
    ],
    ids=["told", "no length", "old"],
)
def test_an_answer_may_be_the_last_of_its_connection(session, serve, head):
    server = serve(in_turn(answer(b"{}"), say(head + b"\r\n\r\n{}")), say(head + b"\r\n\r\n{}"))

    assert [post(session, server.url) for _ in range(4)] == [{}, {}, {}, {}]
    assert (server.connections, len(server.requests)) == (3, 4)


def test_a_connection_is_used_again(session, serve):
    server = serve(answer(b"[]", b"[]"))

    post(session, server.url)
    post(session, server.url)

    assert (server.connections, len(server.requests)) == (1, 2)


def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(session, serve):
    server = serve(answer(b"[]"), answer(b"[]"))

    post(session, server.url)
    assert server.closed.wait(60)

    assert post(session, server.url) == []
    assert (server.connections, len(server.requests)) == (2, 2)


def test_a_connection_that_was_idle_for_long_is_not_used_again(session, serve, monkeypatch):
    """The server may close it just as the request goes out, and nobody would know what became of it."""
    monkeypatch.setattr(connections, "MAX_IDLE", 0)
    server = serve(answer(b"[]", b"[]"))

    post(session, server.url)
    post(session, server.url)

    assert (server.connections, len(server.requests)) == (2, 2)


def test_a_password_in_netrc_does_not_replace_the_token(session, serve, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else")
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(answer(b"[]", b"[]"))

    post(session, server.url)
    exchange(session, "GET", server.url, timeout=(5, 5))

    assert b"Authorization: Etoken\r\n" in server.requests[0]
    assert b"Authorization" not in server.requests[1]


def test_cookies_are_not_kept(session, serve):
    """One session serves several accounts."""
    server = serve(answer(b"[]", b"[]", status="200 OK\r\nSet-Cookie: account=acme"))

    post(session, server.url)
    post(session, server.url)

    assert b"Cookie" not in server.requests[1]


def test_a_proxy_that_is_not_there_was_not_sent_through(session, monkeypatch, serve):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@127.0.0.1:{port}")

    with pytest.raises(RetryLater, match=r"^OtherError: not sent: ConnectionRefusedError$"):
        post(session, "https://api.example.net")


def test_a_proxy_is_used_as_the_environment_says(session, monkeypatch, serve):
    server = serve(answer(b"[]", b"[]"))
    monkeypatch.setenv("HTTP_PROXY", server.url)

    post(session, "http://api.example.net/a")
    post(session, "http://api.example.net/b")

    assert [request.partition(b" HTTP")[0] for request in server.requests] == [
        b"POST http://api.example.net/a",
        b"POST http://api.example.net/b",
    ]
    assert server.connections == 1


def test_a_connection_through_a_proxy_is_used_again(session, monkeypatch, serve, tls, certificate):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server = serve(answer(b"[]", b"[]"), context=tls)
    proxy = serve(tunnel(server.listener.getsockname()[1]))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)

    assert [post(session, f"{server.url}/a"), post(session, f"{server.url}/b")] == [[], []]
    assert [request.partition(b" HTTP")[0] for request in server.requests] == [b"POST /a", b"POST /b"]
    assert (server.connections, len(proxy.requests)) == (1, 1)


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
def test_an_answer_that_repeats_the_token_is_read_without_it(session, serve, status):
    body = b'{"errorCode": "INVALID_PARAMETER", "detail": "you said Etoken"}'
    server = serve(answer(body, status=status))

    with pytest.raises(Refused, match=r"you said \[masked\]"):
        post(session, server.url)


def test_a_refused_login_that_repeats_the_password_is_read_without_it(session, serve):
    form = {"user_name": "api", "password": "p&ss/wörd", "auth_type": "password"}
    body = '{"errorCode": "INVALID_USER_NAME_PASSWORD", "detail": "p&ss/wörd, password=p%26ss%2Fw%C3%B6rd"}'
    server = serve(answer(body.encode(), status="401 Unauthorized"))

    with pytest.raises(Held) as caught:
        exchange(session, "POST", server.url, timeout=(5, 5), data=form)

    assert caught.value.detail == "[masked], password=[masked]"


@contextmanager
def late_at(server):
    """Give calls a minute, and end it as soon as the server takes its time."""

    def end():
        assert server.slow.wait(60)
        deadline.ends = 0
        with WATCH._changed:
            WATCH._changed.notify()

    with within(60) as deadline, ThreadPoolExecutor(1) as pool:
        ended = pool.submit(end)
        yield
    ended.result()


DRIPS = {
    "status": drip(b"HTTP/1.1 200 ", b"x"),
    "head": drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "body without length": drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "chunk": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186A0\r\n", b"x"),
    "chunks": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("name", DRIPS)
def test_an_answer_that_comes_byte_by_byte_ends_with_the_deadline(
    session, serve, tls, certificate, monkeypatch, name, secure
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server = serve(DRIPS[name], context=tls if secure else None)

    with pytest.raises(OutcomeUnknown, match=r"^Timeout: no answer: CallTimeout$"), late_at(server):
        post(session, server.url, timeout=(5, 60))


def test_a_request_that_is_taken_byte_by_byte_ends_with_the_deadline(session, serve):
    server = serve(read_slowly)

    with pytest.raises(OutcomeUnknown, match=r"^Timeout: no answer: CallTimeout$"), late_at(server):
        exchange(session, "POST", server.url, timeout=(60, 60), data=CallBody(b"x" * 9_000_000))


@pytest.mark.filterwarnings("ignore:.*Exception ignored in. <ssl.SSLSocket")
def test_a_proxy_that_answers_byte_by_byte_ends_with_the_deadline(session, serve, monkeypatch):
    """http.client takes the cut for the end of the head; urllib3 leaves the TLS socket to the collector."""
    proxy = serve(drip(b"HTTP/1.1 200 Connected\r\nX-Long: ", b"x"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)

    with pytest.raises(RetryLater, match=r"^OtherError: not sent: CallTimeout$"), late_at(proxy):
        post(session, "https://api.example.net", timeout=(60, 60))
    gc.collect()


def test_a_call_that_is_late_before_it_is_sent_is_not_sent(session, serve):
    server = serve(answer(b"[]", b"[]"))
    post(session, server.url)

    with pytest.raises(RetryLater, match=r"^OtherError: not sent: CallTimeout$"), within(0):
        post(session, server.url)
    assert len(server.requests) == 1


def test_a_deadline_is_that_of_the_outermost_call(session, serve):
    """A login is a part of the call that needs it."""
    server = serve(DRIPS["body"])

    with pytest.raises(OutcomeUnknown, match="CallTimeout"), within(2), within(60):
        post(session, server.url, timeout=(5, 60))


def test_a_connection_is_not_cut_by_the_deadline_of_an_earlier_call(session, serve):
    server = serve(answer(b"[]", b"[]"))
    with within(60) as first:
        post(session, server.url)
        first.ends = 0

    with within(60):
        assert post(session, server.url) == []
    assert server.connections == 1


def test_a_connection_that_was_cut_is_not_used_again(session, serve):
    server = serve(DRIPS["body"], answer(b"[]"))
    with pytest.raises(OutcomeUnknown), late_at(server):
        post(session, server.url, timeout=(5, 60))

    assert post(session, server.url) == []


LARGE = (32 << 20) + 2  # bytes


@pytest.mark.parametrize(
    ("head", "pack"),
    [
        (b"Content-Length: %d" % LARGE, bytes),
        (b"Content-Encoding: gzip\r\nConnection: close", partial(gzip.compress, compresslevel=1)),
        (b"Transfer-Encoding: chunked", lambda body: b"%x\r\n%b\r\n0\r\n\r\n" % (LARGE, body)),
    ],
    ids=["length", "gzip", "chunks"],
)
def test_an_answer_that_is_too_large_is_refused(session, serve, head, pack):
    body = b"[" + b" " * (LARGE - 2) + b"]"
    server = serve(say(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + pack(body)), answer(b"[]"))

    with pytest.raises(OutcomeUnknown, match=r"^OutcomeUnknown: the answer has more than 32 MiB$"):
        post(session, server.url)
    assert post(session, server.url) == []


def test_a_bomb_is_not_unpacked_whole(session, serve):
    """128 MiB of blanks, which travel as one."""
    bomb = gzip.compress(b" " * (128 << 20), compresslevel=1)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    server = serve(say(head + bomb))

    tracemalloc.start()
    try:
        with pytest.raises(OutcomeUnknown, match="more than 32 MiB"):
            post(session, server.url)
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


def test_a_proxy_may_speak_socks(session, serve, monkeypatch):
    server = serve(answer(b"[]", b"[]"))
    proxy = serve(socks(server.listener.getsockname()[1]))
    monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("http", "socks5h"))

    assert [post(session, "http://api.example.net/a"), post(session, "http://api.example.net/b")] == [[], []]
    assert b"api.example.net" in proxy.requests[0]
    assert (server.connections, len(server.requests)) == (1, 2)


def test_the_deadline_holds_through_socks_too(session, serve, monkeypatch):
    server = serve(DRIPS["body"])
    proxy = serve(socks(server.listener.getsockname()[1]))
    monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("http", "socks5h"))

    with pytest.raises(OutcomeUnknown, match="no answer: CallTimeout"), late_at(server):
        post(session, "http://api.example.net/a", timeout=(5, 60))
