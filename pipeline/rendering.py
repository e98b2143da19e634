"""Render a variable as the text Responsys gets: its record values are strings, whatever they mean.

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

from decimal import Decimal

Value = str | int | float | bool | None


def render(value: Value) -> str | None:
    """Return ``value`` as text by the rule above."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return decimal(value) if isinstance(value, float) else str(value)


def decimal(value: float) -> str:
    """Write a number out in full: 1e-07 is not a number to every reader of a text column."""
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")
