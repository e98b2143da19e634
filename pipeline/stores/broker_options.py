"""Options in the URL of Redis: how each is read, and which kind of URL has which."""

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

VERIFICATIONS = {name: name for name in ("none", "optional", "required")}
VERSIONS = {"tlsv1.2": ssl.TLSVersion.TLSv1_2, "tlsv1.3": ssl.TLSVersion.TLSv1_3}
TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}

Parse = Callable[[str], Any]


def seconds(text: str) -> float:
    """Read a length of time."""
    value = float(text)
    if not 0 < value < 86_400:
        raise ValueError
    return value


def whole(text: str) -> int:
    """Read a number that counts something."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError
    return int(text)


def word_of(words: Mapping[str, Any]) -> Parse:
    """Return a reader of some words, in any case."""

    def parse(text: str) -> Any:
        if text.lower() not in words:
            raise ValueError
        return words[text.lower()]

    return parse


def file(text: str) -> str:
    """Read the path of a file."""
    with Path(text).open("rb"):
        return text


def folder(text: str) -> str:
    """Read the path of a folder."""
    if not Path(text).is_dir():
        raise ValueError
    return text


def verification(text: str) -> Any:
    """Read ``none``, ``optional`` or ``required``, also as Celery writes it: ``CERT_NONE``."""
    return word_of(VERIFICATIONS)(text.lower().removeprefix("cert_"))


TRUTH = (word_of(TRUTHS), "true or false")
SECONDS = (seconds, "a number of seconds above zero")
WHOLE = (whole, "a whole number")
FILE = (file, "a file that can be read")
# Each option with its reader, and its form in words.
PLAIN: Mapping[str, tuple[Parse, str]] = {
    "db": WHOLE,
    "socket_timeout": SECONDS,
    "health_check_interval": WHOLE,
    "max_connections": WHOLE,
    "client_name": (str, "a text"),
}
TCP = {"socket_connect_timeout": SECONDS, "socket_keepalive": TRUTH}
TLS: Mapping[str, tuple[Parse, str]] = {
    "ssl_cert_reqs": (verification, "none, optional or required"),
    "ssl_check_hostname": TRUTH,
    "ssl_ca_certs": FILE,
    "ssl_ca_path": (folder, "a folder"),
    "ssl_certfile": FILE,
    "ssl_keyfile": FILE,
    "ssl_ciphers": (str, "a text"),
    "ssl_min_version": (word_of(VERSIONS), "TLSv1.2 or TLSv1.3"),
}
SENTINEL: Mapping[str, tuple[Parse, str]] = {
    "master": (str, "a text"),
    "sentinel_username": (str, "a text"),
    "sentinel_password": (str, "a text"),
}
OPTIONS: Mapping[str, Mapping[str, tuple[Parse, str]]] = {
    "redis": {**PLAIN, **TCP},
    "rediss": {**PLAIN, **TCP, **TLS},
    "unix": PLAIN,
    "sentinel": {**PLAIN, **TCP, **SENTINEL},
    "sentinel+tls": {**PLAIN, **TCP, **TLS, **SENTINEL},
}


def options_of(scheme: str, query: str) -> dict[str, Any]:
    """Read the query, each option by its reader; raises ValueError."""
    known, options = OPTIONS[scheme], {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            raise ValueError(no_option(scheme, name))
        read_value, must_be = known[name]
        try:
            options[name] = read_value(text)
        except (ValueError, OSError):
            raise ValueError(f"has an option {name} that is not {must_be}") from None
    return options


def no_option(scheme: str, name: str) -> str:
    """Say that there is no such option, and give the remedy."""
    if name in TLS:
        with_tls = {"redis": "rediss", "sentinel": "sentinel+tls"}.get(scheme)
        way_out = f"TLS is {with_tls}://" if with_tls else "a socket has no TLS"
    else:
        way_out = f"{scheme}:// has {', '.join(OPTIONS[scheme])}"
    return f"has no option {name if name.isidentifier() else 'of that name'}: {way_out}"


def tls_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of TLS: certificates are verified unless the URL says otherwise."""
    tls = {name: value for name, value in options.items() if name.startswith("ssl_")}
    tls.setdefault("ssl_cert_reqs", "required")
    if tls["ssl_cert_reqs"] == "none":
        tls["ssl_check_hostname"] = False  # a name in a certificate that is not looked at proves nothing
    return tls
