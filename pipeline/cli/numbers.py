"""Numbers as options have them."""

import math
from typing import Any

import click


class NumberRange(click.FloatRange):
    """A number in a range; click takes nan, which compares with nothing, for one in every range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a number."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number
