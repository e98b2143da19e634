"""The choice of days in the query of a page; any other number gives the first choice."""

from flask import request

DAYS = (7, 30, 90)


def chosen_days() -> int:
    """Return the days that statistics are shown of."""
    text = request.args.get("days", "")
    return next((days for days in DAYS if text == str(days)), DAYS[0])
