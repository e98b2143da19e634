"""Unknown types: words of webhooks' events that Responsys' list does not have, among the statistics.

A sender may write anything there: a word that does not begin with a channel, and further ones after the first
twenty of a connector within a day, count as "other".
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select

from pipeline.settle.counted_words import words_since
from pipeline.settle.statistics import UNKNOWN_TYPE, Where, add
from pipeline.stores.outcome_tables import statistics

DAY = timedelta(days=1)
CHANNELS = "EMAIL|SMS|MMS|RCS|PUSH|WEBPUSH|INAPP|WHATSAPP|MOBILE|WEB|FORM"
LIKE_A_TYPE = re.compile(rf"({CHANNELS})(_[A-Z]{{1,16}}){{1,4}}")  # "EMAIL_FORWARDED"
MOST = 20  # words of a connector within a day
OTHER = "other"


def count_unknown(engine: Engine, connector: str, types: Iterable[str], now: datetime) -> None:
    """Count events of a connector by their types, none of which is known."""
    amounts = Counter(one if LIKE_A_TYPE.fullmatch(one) else OTHER for one in types)
    if not amounts:
        return
    with engine.begin() as connection:
        told = words_of(connection, connector, now - DAY)
        new = sorted(amounts.keys() - told - {OTHER})[max(0, MOST - len(told)) :]
        amounts[OTHER] += sum(amounts.pop(word) for word in new)
        numbers = {f"{UNKNOWN_TYPE}{word}": amount for word, amount in amounts.items()}
        add(connection, now, Where(connector, ""), numbers)


def words_of(connection: Connection, connector: str, since: datetime) -> set[str]:
    """Return the words of a connector that were counted since then."""
    own = (statistics.c.connector == connector) & statistics.c.name.startswith(UNKNOWN_TYPE, autoescape=True)
    names = connection.scalars(select(statistics.c.name).where(own, statistics.c.hour > since).distinct())
    return {name.removeprefix(UNKNOWN_TYPE) for name in names} - {OTHER}


def unknown_types_since(engine: Engine, age: timedelta) -> dict[str, dict[str, int]]:
    """Return the numbers of the last time, in full hours, by connector and word."""
    return words_since(engine, UNKNOWN_TYPE, age, "connector")
