"""Lengths of time as scripts have them."""


def ms(seconds: float) -> int:
    """Convert to milliseconds, as all times in scripts are."""
    return round(seconds * 1000)
