import pytest
from marshmallow import ValidationError

from schemas.endpoint import Endpoint


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://login5.responsys.net", "https://login5.responsys.net"),
        ("login5.responsys.net", "https://login5.responsys.net"),
        ("https://login5.responsys.net/", "https://login5.responsys.net"),
        ("login.rsys8.net/rest/api/v1.3/auth/token", "https://login.rsys8.net"),
        ("https://login2.responsys.net/rest/api/v1.3/auth/token/", "https://login2.responsys.net"),
        ("HTTPS://Login5.Responsys.NET:443", "https://login5.responsys.net"),
        ("  login5.responsys.net\n", "https://login5.responsys.net"),
        ("abc123-api.responsys.ocs.oraclecloud.com", "https://abc123-api.responsys.ocs.oraclecloud.com"),
        ("https://proxy.internal:8443", "https://proxy.internal:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://localhost:80/", "http://localhost"),
        ("localhost:8080", "https://localhost:8080"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9"),
        ("http://127.1.2.3", "http://127.1.2.3"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_every_documented_form_means_a_host(given, meant):
    assert Endpoint().deserialize(given) == meant


MORE = 'must be a host with nothing behind it but perhaps "/rest/api/v1.3/auth/token"'


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("http://login5.responsys.net", "must begin with https://; http:// is for this machine only"),
        ("http://127.0.0.1.evil.example", "must begin with https://; http:// is for this machine only"),
        ("http://10.0.0.1", "must begin with https://; http:// is for this machine only"),
        ("https://user:pass-w0rd@login5.responsys.net", "must not contain a user name or password"),
        ("user@login5.responsys.net", "must not contain a user name or password"),
        ("https://@login5.responsys.net", "must not contain a user name or password"),
        ("https://login5.responsys.net/rest", MORE),
        ("https://login5.responsys.net?x=1", MORE),
        ("https://login5.responsys.net/#x", MORE),
        ("ftp://login5.responsys.net", "is not a URL of a host, such as https://login5.responsys.net"),
        ("https://", "is not a URL of a host, such as https://login5.responsys.net"),
        ("https://-x-", "is not a URL of a host, such as https://login5.responsys.net"),
        ("https://login 5.responsys.net", "is not a URL of a host, such as https://login5.responsys.net"),
        ("https://login5.responsys.net:0", "is not a URL of a host, such as https://login5.responsys.net"),
        ("https://login5.responsys.net:99999", "is not a URL"),
        ("https://login5.responsys.net:x", "is not a URL"),
        ("https://[::1", "is not a URL"),
        ("", 'must be text such as "https://login5.responsys.net"'),
        (5, 'must be text such as "https://login5.responsys.net"'),
        (None, "must not be null"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(given, problem):
    with pytest.raises(ValidationError) as caught:
        Endpoint().deserialize(given)

    assert caught.value.messages == [problem]
