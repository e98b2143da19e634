"""The view ``responsys_people``: a row for each person with the fields of its profile, for queries.

Every column is a query of its own on the person's rows, so that a query of the view costs no more than the
columns that it names. Sets and maps are JSON, times are text such as 2014-04-07T16:58:55Z. Further fields
come last; the view is made anew when they change.
"""

import logging
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text
from sqlalchemy.exc import InternalError, ProgrammingError

from pipeline.stores.people_sql import (
    BINARY,
    LIST,
    MINE,
    NUMBER,
    OBJECT,
    PAIRS,
    ROWS,
    TIME,
    first_of,
    grouped,
    of_packed,
    of_rows,
    packed,
    sums_in,
    values_in,
)
from pipeline.stores.people_view_further import Further, further_columns

log = logging.getLogger(__name__)

VIEW = "responsys_people"
COUNTED = """
    email_bounce email_click email_complaint email_open email_opt_in email_opt_out email_sent
    sms_bounce sms_open sms_opt_in sms_opt_out sms_sent
""".split()
LAST_ONES = ("rs_campaign_id", "email", "phone", "rs_user_id")
SETS = ("rs_list_id", "rs_categories", "rs_offers", "email_urls", "rs_segments")
COUNTERS = ("hashedurls", "hour_of_week", "month_of_year")
CHANNELS = "last_channel_activities"
DOMAIN = {
    "sqlite": "substr(p.email, instr(p.email, '@') + 1)",
    "postgresql": "split_part(p.email, '@', 2)",
}


def make_view(connection: Connection, further: Sequence[Further] = ()) -> None:
    """Make the view anew, with further fields by name and kind."""
    dialect = connection.dialect.name
    some = f"EXISTS (SELECT 1 FROM {ROWS} WHERE {MINE})"
    columns = dict(columns_of(dialect))
    known = {name.lower() for name in columns}
    columns |= {
        f'"{name}"': sql for name, sql in further_columns(dialect, further) if name.lower() not in known
    }
    listed = ",\n".join(f"{sql} AS {name}" for name, sql in columns.items())
    query = f"SELECT {listed} FROM handles g WHERE g.person = g.id AND {some}"
    if dialect == "postgresql":
        replace_view(connection, query.replace("%", "%%"))
    else:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {VIEW}")
        connection.exec_driver_sql(f"CREATE VIEW {VIEW} AS {query}")


def replace_view(connection: Connection, query: str) -> None:
    """Replace the view, which keeps its grants; where columns go, drop it.

    A view of a customer's that reads it stops that: ours then stays as it is, and the log says so.
    """
    for statements in (
        (f"CREATE OR REPLACE VIEW {VIEW} AS {query}",),
        (f"DROP VIEW {VIEW}", f"CREATE VIEW {VIEW} AS {query}"),
    ):
        try:
            with connection.begin_nested():
                for statement in statements:
                    connection.exec_driver_sql(statement)
            return
        except (ProgrammingError, InternalError) as error:
            refusal = type(error.orig).__name__
    log.warning("view not made anew", extra={"view": VIEW, "error": refusal})


def differs(connection: Connection, further: Sequence[Further]) -> bool:
    """Tell whether the view has other further fields than these."""
    shown = set(connection.execute(text(f"SELECT * FROM {VIEW} LIMIT 0")).keys())
    built_in = {name for name, _ in columns_of(connection.dialect.name)}
    return shown - built_in != {name for name, _ in further if name.lower() not in built_in}


def columns_of(dialect: str) -> Iterator[tuple[str, str]]:
    """Give the columns with their queries."""
    time = TIME[dialect].format
    yield "person", "g.id"
    for name in COUNTED:
        yield f"{name}_ct", of_rows(f"CAST(coalesce(sum(p.{name}_ct), 0) AS bigint)")
    for name in COUNTED:
        for which, function in (("last", "max"), ("first", "min")):
            column = name.replace("_", f"_{which}_", 1) + "_ts"
            yield column, of_rows(time(f"{function}(p.{column})"))
    yield "last_active_ts", of_rows(time("max(p.last_active_ts)"))
    for name in LAST_ONES:
        yield name, last_one(dialect, name, f"p.{name}")
    yield "email_domain", last_one(dialect, "email", DOMAIN[dialect])
    yield from packed_columns(dialect)


def packed_columns(dialect: str) -> Iterator[tuple[str, str]]:
    """Give the columns that are JSON."""
    for name in SETS:
        yield name, values_in(dialect, name)
    for name in COUNTERS:
        yield name, sums_in(dialect, name)
    hour = "CAST(CAST(j.key AS integer) % 24 AS text)"
    yield "hourly", sums_in(dialect, "hour_of_week", key=hour)
    channels = PAIRS[dialect].format(packed(dialect, CHANNELS))
    latest = TIME[dialect].format(f"max({NUMBER})")
    yield CHANNELS, OBJECT[dialect].format(grouped("j.key", latest, channels))
    yield "channels", LIST[dialect].format(of_packed("DISTINCT j.key AS v", channels))


def last_one(dialect: str, name: str, value: str) -> str:
    """Return the query of the latest value, of those the greatest."""
    return first_of(value, f"p.{name}", f"p.{name}_at DESC, p.{name} {BINARY[dialect]} DESC")
