"""pipeline.wire.public_hosts, and the connections that go to public hosts only."""

import socket
import ssl
from ipaddress import ip_address

import pytest

from pipeline.errors import Held, RetryLater
from pipeline.model.call import Call
from pipeline.responsys.client import Client
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.exchange import exchange
from pipeline.responsys.login import shared_tokens
from pipeline.wire import public_hosts
from pipeline.wire.public_hosts import is_public, is_public_name
from pipeline.wire.session import open_session
from pipeline.wire.transport import CallBody
from tests.fixtures.bad_server import answer, socks, tunnel
from tests.fixtures.tls import certificate_in

PRIVATE = [
    "127.0.0.1", "127.1", "127.0.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001",
    "0177.0.0.1", "0",
    "0.0.0.0", "10.0.0.7", "10.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "2852039166",
    "0xa9fea9fe", "169.254.170.2", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.1", "198.18.0.1",
    "192.0.2.1", "999.1.1.1", "1.2.3.4.5", "8.8.8.8.", "0x08080808", "8.8.2056",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254", "fe80::1",
    "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:db8::1",
    "localhost", "LOCALHOST", "localhost.", "x.localhost", "x.localhost.", "localhost.localdomain", "redis",
    "metadata", "metadata.google.internal", "Metadata.Google.Internal.", "metadata.goog", "instance-data",
    "instance-data.ec2.internal", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
    "nas.local",
    "router.lan", "router.home.arpa", "x.localtest.me", "a..b", "", ".", "x.0x7f", "x.1",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_a_host_that_only_this_machine_network_or_cloud_has_is_not_public(host):
    assert not is_public_name(host.lower())


@pytest.mark.parametrize(
    "host",
    [
        "api5-009.responsys.net", "abc123-api.responsys.ocs.oraclecloud.com", "login.rsys9.net",
        "x.example.net.",
        "8.8.8.8", "2600:1406::1", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8",
        "local.example.net",
        "internal.example.net", "x_y.example.net",
    ],
)  # fmt: skip
def test_a_host_of_the_internet_is_public(host):
    assert is_public_name(host)


@pytest.fixture
def session():
    with open_session() as session:
        yield session


@pytest.fixture
def resolve(monkeypatch):
    """Answers for names, one answer after the other, the last again and again; numbers stand for
    themselves."""
    real, told, asked = socket.getaddrinfo, {}, []

    def getaddrinfo(host, port, *args, **options):
        if host not in told:
            return real(host, port, *args, **options)
        asked.append(host)
        addresses = told[host].pop(0) if len(told[host]) > 1 else told[host][0]
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [entry for address in addresses for entry in real(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    def tell(name, *answers):
        told[name] = list(answers)
        return asked

    return tell


@pytest.fixture
def loopback_is_public(monkeypatch):
    """The servers of these tests are on this machine."""
    monkeypatch.setattr(public_hosts, "is_public", lambda a: a == ip_address("127.0.0.1") or is_public(a))


def call(session, url):
    return exchange(session, "POST", url, timeout=(2, 2), token="Etoken", data=CallBody(b"[]"), public=True)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["8.8.8.8", "127.0.0.1"], ["::1"], ["fe80::1"],
     ["8.8.8.8", "::ffff:10.0.0.7"], ["64:ff9b::a9fe:a9fe"]],
)  # fmt: skip
def test_a_name_with_a_private_address_among_its_own_is_not_called(session, serve, resolve, addresses):
    server = serve(answer(b"[]"))
    resolve("api.example.net", addresses)

    with pytest.raises(Held, match=r'the login led to "api.example.net", which is no public host'):
        call(session, server.url.replace("127.0.0.1", "api.example.net"))
    assert server.connections == 0


def test_a_name_is_resolved_once_and_called_at_the_address_that_was_looked_at(
    session, serve, resolve, loopback_is_public
):
    """A name whose second answer is another address would pass a check that resolves by itself."""
    server = serve(answer(b"[]"))
    asked = resolve("api.example.net", ["127.0.0.1"], ["169.254.169.254"])

    assert call(session, server.url.replace("127.0.0.1", "api.example.net")) == []
    assert asked == ["api.example.net"]
    assert b"\r\nHost: api.example.net:" in server.requests[0]


def test_the_next_address_is_tried_when_one_does_not_answer(
    session, serve, resolve, loopback_is_public, monkeypatch
):
    monkeypatch.setattr(public_hosts, "is_public", lambda _: True)
    server = serve(answer(b"[]"))
    resolve("api.example.net", ["127.0.0.9", "127.0.0.1"])

    assert call(session, server.url.replace("127.0.0.1", "api.example.net")) == []


def test_the_certificate_is_that_of_the_name(
    session, serve, resolve, loopback_is_public, monkeypatch, tls_server
):
    server = tls_server(answer(b"[]"))
    resolve("api.example.net", ["127.0.0.1"])
    resolve("other.example.net", ["127.0.0.1"])

    with pytest.raises(RetryLater, match="SSLCertVerificationError"):
        call(session, server.url.replace("127.0.0.1", "other.example.net"))
    assert call(session, server.url.replace("127.0.0.1", "api.example.net")) == []


def test_a_name_that_cannot_be_resolved_is_tried_again(session, resolve):
    resolve("api.example.net", [])

    with pytest.raises(RetryLater, match="not sent: gaierror"):
        call(session, "https://api.example.net")


def test_a_name_that_only_the_proxy_knows_is_left_to_it(session, serve, resolve, monkeypatch, tls_server):
    server = tls_server(answer(b"[]"))
    proxy = serve(tunnel(server.listener.getsockname()[1]))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    resolve("api.example.net", [])

    assert call(session, server.url.replace("127.0.0.1", "api.example.net")) == []
    assert proxy.requests[0].startswith(b"CONNECT api.example.net:")


@pytest.mark.parametrize("kind", [tunnel, socks])
def test_a_name_that_is_known_here_to_be_private_is_not_called_through_a_proxy_either(
    session, serve, resolve, monkeypatch, kind
):
    proxy = serve(kind(9))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url if kind is tunnel else proxy.url.replace("http", "socks5h"))
    resolve("api.example.net", ["10.0.0.7"])

    with pytest.raises(Held, match="is no public host"):
        call(session, "https://api.example.net")
    assert proxy.connections == 0


def test_a_login_that_leads_to_a_private_address_holds_the_connector(redis, vault, resolve, tls_server):
    """The login itself goes where a person said, public or not."""
    resolve("gateway.example.net", ["127.0.0.1"])
    resolve("api.example.net", ["127.0.0.1"])
    server = tls_server(
        answer(b'{"authToken": "Etoken", "issuedAt": 1, "endPoint": "https://api.example.net:9"}')
    )
    tokens = shared_tokens(redis, vault, take=lambda *_: 0.0)
    acme = ResponsysConnector(
        name="acme",
        title="Acme",
        username="api_user",
        password="hunter2",
        auth_endpoint=server.url.replace("127.0.0.1", "gateway.example.net"),
        profile_list="CONTACTS_LIST",
    )

    client = Client(acme, tokens)
    client.ready()
    with pytest.raises(Held, match=r'"api.example.net", which is no public host') as caught:
        client.send(Call(function="retrieveLists", path="/rest/api/v1.3/lists", method="GET"))
    assert caught.value.scope == "connector"


@pytest.fixture
def tls_server(serve, tmp_path, monkeypatch):
    """Starts servers with a certificate for this machine, which is trusted."""
    certificate = certificate_in(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return lambda *behaviours: serve(*behaviours, context=context)
