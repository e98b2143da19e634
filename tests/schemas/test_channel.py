import pytest

from schemas.channel import signing_key
from schemas.configuration import ConfigurationSchema
from schemas.document import paths

HOOK = {"kind": "webhook", "url": "https://example.com/hook"}
MAIL = {
    "kind": "email",
    "to": ["ops@example.com"],
    "from": "activation@example.com",
    "host": "mail.example.com",
}


def problems(document, **changes):
    errors = ConfigurationSchema().validate({"channels": {"ops": {**document, **changes}}})
    return [line.removeprefix("channels.ops.") for line in paths(errors)]


def loaded(document):
    return ConfigurationSchema().load({"channels": {"ops": document}})["channels"]["ops"]


def test_channels_have_defaults():
    assert loaded(HOOK) == HOOK
    assert loaded(MAIL) == {**MAIL, "port": 587, "tls": "starttls"}


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://example.com/x", "must begin with https://; http:// is for this machine only"),
        ("http://10.0.0.1/x", "must begin with https://; http:// is for this machine only"),
        ("https://user:s3cret@example.com/", "must not contain a user name or password"),
        ("ftp://example.com", "must be a URL such as https://example.com/hook"),
        ("https://exa mple.com", "must be a URL of at most 2048 ASCII characters"),
        ("https://example.com:99999/", "is not a URL"),
        ("https://[::1", "is not a URL"),
        ("example.com/hook", "must be a URL such as https://example.com/hook"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_and_not_repeated(url, problem):
    assert problems(HOOK, url=url) == [f"url: {problem}"]
    assert "s3cret" not in str(problems(HOOK, url=url))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://localhost/", "http://[::1]:8080/hook?a=b"])
def test_http_is_for_this_machine(url):
    assert problems(HOOK, url=url) == []


def test_a_signing_secret_is_text_or_base64_behind_its_prefix():
    assert signing_key("pässword") == "pässword".encode()
    assert signing_key("whsec_c2VjcmU=") == signing_key("whsec_c2VjcmU") == b"secre"
    assert problems(HOOK, secret="whsec_***") == ["secret: must be base64 behind whsec_"]
    assert problems(HOOK, secret="whsec_") == ["secret: must be base64 behind whsec_"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"to": []}, "to: must be a list of 1 to 50 addresses"),
        ({"to": ["ada"]}, "to: must be an address such as ops@example.com"),
        ({"from": "a@b\nBcc: c@d"}, "from: must be an address such as ops@example.com"),
        ({"host": "a/b"}, "host: must be the name of a host"),
        ({"port": 0}, "port: must be at least 1, not 0"),
        ({"tls": "none"}, 'tls: "none" is for this machine only'),
        ({"tls": "ssl"}, 'tls: "ssl" is not a kind of TLS; there are: none, starttls, tls'),
        ({"username": "ops"}, "password: is missing beside username"),
        ({"password": "s3cret"}, "username: is missing beside password"),
        ({"url": "https://x.example"}, "url: is not a known key"),
    ],
)  # fmt: skip
def test_mail_that_cannot_be_sent_is_refused(changes, problem):
    assert problem in problems(MAIL, **changes)


def test_mail_in_the_clear_stays_on_this_machine():
    assert problems(MAIL, host="127.0.0.1", tls="none") == []
