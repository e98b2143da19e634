"""Pages of unknown e-mails: some at a time, in the order of their letters, and a page spans a day at most.

So memory depends on no number of letters, and the events of a page are asked for by its own time.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Engine, String, and_, bindparam, func, or_, select, true

from pipeline.evidence.unknown_email import IS_UNKNOWN, UNDECIDED, UnknownEmail, emails_where
from pipeline.stores.database import reading
from pipeline.stores.tables import dead_letters as table

PAGE = 20_000  # e-mails
SPAN = timedelta(days=1)  # from the first letter of a page to the last
WRITTEN_WITHIN = timedelta(days=1)  # of its call's begin a letter is, as a rule


def undecided_pages(
    engine: Engine, chosen: ColumnElement[bool], size: int = PAGE
) -> Iterator[list[UnknownEmail]]:
    """Yield pages of e-mails to look up, the oldest first; ``chosen``: the condition on their letters."""
    after: ColumnElement[bool] = true()
    while page := next_page(engine, and_(UNDECIDED, chosen, after), size):
        yield page
        at, last = page[-1].created_at, page[-1].id
        after = or_(table.c.created_at > at, and_(table.c.created_at == at, table.c.id > last))


def next_page(engine: Engine, condition: ColumnElement[bool], size: int) -> list[UnknownEmail]:
    """Return the first e-mails of a condition."""
    oldest = select(func.min(table.c.created_at)).where(condition, table.c.connector.is_not(None))
    with reading(engine) as connection:
        first: datetime | None = connection.scalar(oldest)
        if first is None:
            return []
        return emails_where(connection, and_(condition, table.c.created_at <= first + SPAN), size)


def other_emails(
    engine: Engine,
    page: Sequence[UnknownEmail],
    connectors: Collection[str],
    since: datetime,
    until: datetime,
) -> list[UnknownEmail]:
    """Return the e-mails to the addresses of a page that are not in it, of calls from ``since`` on.

    They are undecided, or a person has decided on them without an event: an event of that time may be theirs.
    """
    letter = table.c
    condition = and_(
        IS_UNKNOWN,
        letter.event.is_(None),
        letter.connector.in_(connectors),
        letter.created_at.between(since, until + WRITTEN_WITHIN),
        letter.email["address"].as_string().in_(texts(engine, {each.address for each in page})),
    )
    own = {each.id for each in page}
    with reading(engine) as connection:
        found = emails_where(connection, condition)
    return [each for each in found if each.id not in own and each.began_at >= since]


def texts(engine: Engine, values: Collection[str]) -> Any:
    """Return a query of texts, however many: one parameter, which both databases unfold."""
    ordered = sorted(values)
    if engine.dialect.name == "sqlite":
        return select(func.json_each(json.dumps(ordered)).table_valued("value").c.value)
    return select(func.unnest(bindparam(None, ordered, type_=ARRAY(String))))
