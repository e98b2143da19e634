"""Answers of another shape than documented, as gateways, proxies and new versions give them.

A reading changes nothing on the other side, so it is repeated later if its answer cannot be read.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pipeline.errors import RetryLater
from pipeline.wire.codes import UNKNOWN

# Raised by code that looks for a part that an answer does not have.
OF_SHAPE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)


class OddAnswer(ValueError):
    """A part of an answer is missing, or of another type; says which, without its value."""


@contextmanager
def as_documented(asked: str) -> Iterator[None]:
    """Read the answer to a question; ``asked``: its name, "retrieveCampaigns".

    Raises RetryLater if the answer is of another shape than documented.
    """
    try:
        yield
    except OF_SHAPE as error:
        why = str(error) if isinstance(error, OddAnswer) else type(error).__name__
        detail = f"the answer to {asked} is not as documented ({why}): it is asked for again later"
        raise RetryLater(UNKNOWN, detail) from error


def text_at(answer: Mapping[str, Any], name: str) -> str:
    """Return a text of an answer, "" if it is absent or null; raises OddAnswer for any other type."""
    value = answer.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OddAnswer(f"{name} is no text")
    return value
