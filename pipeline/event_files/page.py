"""Pages: host and path of a URL, as one number that other systems compute alike."""

import re

import siphashc

KEY = (0).to_bytes(8, "little") + (1).to_bytes(8, "little")
SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//")
HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+\.?(?::\d+)?")  # with a dot; its port stays


def page_of(url: str) -> str | None:
    """Return "www.example.com/shop" for "https://www.example.com/shop?a=1#b"; None: it has no host."""
    scheme = SCHEME.match(url)
    rest = url[scheme.end() :] if scheme else url
    authority, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    host = authority.rpartition("@")[2] if scheme else authority
    return f"{host}{slash}{path}" if HOST.fullmatch(host) else None


def page_hash(url: str | None) -> int | None:
    """Return SipHash-2-4 of the page, signed; None: the URL has none."""
    page = page_of(url) if url else None
    if page is None:
        return None
    number = int(siphashc.siphash(KEY, page.encode()))
    return number - (1 << 64) if number >= 1 << 63 else number
