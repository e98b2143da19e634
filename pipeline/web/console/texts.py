"""Filters of the templates: numbers, times and texts from outside, as people read them."""

import re
from datetime import UTC, datetime

from markupsafe import Markup, escape

from pipeline.text.durations import spell
from pipeline.text.plural import counted
from pipeline.text.times import rfc3339

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
TURNING = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # the direction of writing
ISOLATE, END = "\u2068", "\u2069"
NOW_SECONDS = 1.0  # within which a time is "now"
NONE = Markup("–")  # noqa: RUF001  a dash


def number(value: float | None) -> str:
    """Write a number with separators, a dash for none."""
    if value is None:
        return NONE
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def duration(seconds: float | None) -> str:
    """Write a length of time, a dash for none."""
    return NONE if seconds is None else spell(seconds)


def largest_unit(seconds: float) -> str:
    """Write a length of time by its largest unit: "3 min", "2 d"."""
    return " ".join(spell(seconds).split(" ")[:2])


def moment(value: str | datetime | None) -> datetime | None:
    """Read a time of a document."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def ago(value: str | datetime | None) -> Markup:
    """Write a time as "3 min ago", with the time itself for programs and for a look."""
    at = moment(value)
    if at is None:
        return NONE
    seconds = (datetime.now(UTC) - at).total_seconds()
    if abs(seconds) < NOW_SECONDS:
        text = "now"
    else:
        text = f"{largest_unit(seconds)} ago" if seconds > 0 else f"in {largest_unit(-seconds)}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(rfc3339(at), clock(at), text)


def clock(value: str | datetime | None) -> str:
    """Write a time in full: "2026-11-29 12:00:05 UTC"."""
    at = moment(value)
    return NONE if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def outside(text: object) -> Markup:
    """Write a text from outside so that its marks of direction end with it."""
    return Markup("<bdi>{}</bdi>").format(plain(text))


def plain(text: object) -> str:
    r"""Return a text with its control characters spelt out, as ``\x1b``."""
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", str(text))


def titled(text: object) -> str:
    """Return a text for a title, where no element can end its marks of direction."""
    shown = plain(text)
    return f"{ISOLATE}{shown}{END}" if TURNING.search(shown) else shown


def linked(text: object) -> Markup:
    """Return a sentence of the program as HTML; words between backticks become ``<code>``.

    Each Unicode mark of direction in it gets a ``<bdi>`` of its own, so that a name cannot reverse the words
    after it.
    """
    parts = TURNING.sub(r"<bdi>\g<0></bdi>", str(escape(plain(text)))).split("`")
    return Markup("".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts)))  # noqa: S704  escaped


def sentence(text: object) -> Markup:
    """Write a message of ours as a sentence: it begins with a capital letter."""
    shown = str(text)
    return linked(shown[:1].upper() + shown[1:])


FILTERS = {
    "number": number,
    "duration": duration,
    "ago": ago,
    "clock": clock,
    "outside": outside,
    "plain": plain,
    "titled": titled,
    "counted": counted,
    "sentence": sentence,
    "with_code": linked,
}
