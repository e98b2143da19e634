"""Values of settings: how each is read, or the end of a sentence that says why it cannot be."""

import math
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

SHOWN = 40  # characters of a wrong number


def url_of(schemes: Sequence[str]) -> Callable[[str], str]:
    """Return a parser of URLs; it never quotes a wrong one, which may hold a password."""

    def parse(text: str) -> str:
        scheme, separator, _ = text.partition("://")
        if not separator or scheme not in schemes:
            raise ValueError(f"is not a URL that begins with {alternatives(f'{s}://' for s in schemes)}")
        return with_port(text)

    return parse


def with_port(url: str) -> str:
    """Return ``url`` if its port is a number."""
    try:
        urlsplit(url).port  # noqa: B018  it is looked at when asked for
    except ValueError:
        raise ValueError("is not a URL: its port is not a number") from None
    return url


def one_of(choices: Sequence[str], fold: Callable[[str], str]) -> Callable[[str], str]:
    """Return a parser of one of ``choices``, in any case of letters."""

    def parse(text: str) -> str:
        if fold(text) not in choices:
            raise ValueError(f'is "{text}" but must be {alternatives(choices)}')
        return fold(text)

    return parse


def number(
    kind: Callable[[str], float], most: float, unit: str = "seconds", *, zero: bool = False
) -> Callable[[str], float]:
    """Return a parser of a number of a unit, above zero and at most ``most``; ``zero``: or zero."""

    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not (0 < value < math.inf or (zero and value == 0)):
            what = "a whole" if kind is int else "a"
            raise ValueError(f'is "{text[:SHOWN]}" but must be {what} number of {unit}')
        if value > most:
            raise ValueError(f'is "{text[:SHOWN]}" but must be at most {most} {unit}')
        return value

    return parse


def at_least(least: float, parse: Callable[[str], float]) -> Callable[[str], float]:
    """Return a parser that refuses smaller values."""

    def parse_bounded(text: str) -> float:
        value = parse(text)
        if value < least:
            raise ValueError(f'is "{text[:SHOWN]}" but must be at least {least:g}')
        return value

    return parse_bounded


def words(text: str) -> tuple[str, ...]:
    """Split a comma list."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def host_and_port(text: str) -> str:
    """Check an address such as "127.0.0.1:8080" or "[::1]:8080"."""
    host, colon, port = text.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) < 65536):
        raise ValueError(f'is "{text}" but must be HOST:PORT, such as 127.0.0.1:8080')
    return text


def alternatives(choices: Iterable[str]) -> str:
    """Return "a, b or c"."""
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last
