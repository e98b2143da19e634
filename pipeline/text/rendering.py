"""Render a variable as the text that is sent: values of records are strings, whatever they mean.

=============  ==========================================================  ==================
a variable     becomes                                                     for example
=============  ==========================================================  ==================
text           itself                                                      ``gold``
integer        decimal digits                                              ``7``
number         the shortest digits that read back as the same number,      ``0.1``, ``20``,
               without an exponent and without a trailing ``.0``           ``0.0000001``
boolean        ``true`` or ``false``                                       ``true``
null           null
=============  ==========================================================  ==================
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Value = str | int | float | bool | None


def decimal(value: float) -> str:
    """Write a number out in full: 1e-07 is not a number to every reader of a text column."""
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


# By the type of the value, which is one of these and no subclass in every activation.
RENDERINGS: Mapping[type, Callable[[Any], str | None]] = {
    str: str,
    int: str,
    float: decimal,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): lambda _: None,
}


def render(value: Value) -> str | None:
    """Return ``value`` as text by the rule above."""
    return RENDERINGS[type(value)](value)
