"""Variables of events, by the names of their columns: ``campaign_id``, ``offer_url``; times in UTC."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

DAY = 86_400  # seconds
MS = 1000
EPOCH = date(1970, 1, 1).toordinal()
TWO_DIGITS = tuple(f"{number:02}" for number in range(60))
SEPARATOR = "\x1f"  # between the values of further columns
SHARED = tuple(
    "phone customer_id campaign_id launch_id list_id offer_name offer_category offer_url segment_info".split()
)


def variables_of(
    kind: str,
    captured: int,
    shared: Iterable[str | None],
    further: Iterable[tuple[str, str]],
) -> dict[str, str]:
    """Return the variables of an event; those without a value are left out.

    ``shared``: values in the order of SHARED. ``further``: columns that only its file has. Where none tells
    the campaign's name, its id stands for it.
    """
    found = {name.lower(): value for name, value in further if value}
    found |= {"type": kind, "captured_at": iso(captured), "day": day_text(captured // DAY)}
    found |= {name: value for name, value in zip(SHARED, shared, strict=False) if value}
    if "campaign_id" in found:
        found.setdefault("campaign_name", found["campaign_id"])
    return found


def further_columns(names: Sequence[str], values: str | None) -> Iterable[tuple[str, str]]:
    """Return the further columns of an event: names of its file, values as they are stored."""
    return zip(names, values.split(SEPARATOR), strict=False) if values else ()


@lru_cache(maxsize=20_000)
def day_text(day: int) -> str:
    """Return "2014-04-07" for a number of days since the epoch."""
    return date.fromordinal(EPOCH + day).isoformat()


def iso(moment: int) -> str:
    """Return "2014-04-07T16:58:55Z" for seconds since the epoch."""
    minute, second = divmod(moment % DAY, 60)
    clock = f"{TWO_DIGITS[minute // 60]}:{TWO_DIGITS[minute % 60]}:{TWO_DIGITS[second]}"
    return f"{day_text(moment // DAY)}T{clock}Z"
