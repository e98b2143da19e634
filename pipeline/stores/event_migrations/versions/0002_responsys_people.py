"""The view ``responsys_people``: a row for each person with the fields of its profile, for queries.

Every column is a query of its own on the person's rows, so that a query of the view costs no more than the
columns that it names. Sets and maps are JSON, times are text such as 2014-04-07T16:58:55Z.
"""

from collections.abc import Iterator

from alembic import op

revision = "0002"
down_revision = "0001"

COUNTED = """
    email_bounce email_click email_complaint email_open email_opt_in email_opt_out email_sent
    sms_bounce sms_open sms_opt_in sms_opt_out sms_sent
""".split()
LAST_ONES = ("rs_campaign_id", "email", "phone", "rs_user_id")
SETS = ("rs_list_id", "rs_categories", "rs_offers", "email_urls", "rs_segments")
COUNTERS = ("hashedurls", "hour_of_week", "month_of_year")
ROWS = "handles h JOIN profiles p ON p.handle = h.id"
MINE = "h.person = g.id"
CHANNELS = "last_channel_activities"
TIME = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%SZ', {0}, 'unixepoch')",
    "postgresql": """to_char(to_timestamp({0}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
}
ITEMS = {
    "sqlite": "json_each(p.packed, '$.{0}') j",
    "postgresql": "jsonb_array_elements_text(CAST(p.packed AS jsonb) -> '{0}') j (value)",
}
PAIRS = {
    "sqlite": "json_each(p.packed, '$.{0}') j",
    "postgresql": "jsonb_each_text(CAST(p.packed AS jsonb) -> '{0}') j",
}
LIST = {
    "sqlite": "(SELECT nullif(json_group_array(v), '[]') FROM ({0} ORDER BY v))",
    "postgresql": '(SELECT CAST(json_agg(v ORDER BY v COLLATE "C") AS text) FROM ({0}) s)',
}
OBJECT = {
    "sqlite": "(SELECT nullif(json_group_object(k, v), '{{}}') FROM ({0} ORDER BY k))",
    "postgresql": '(SELECT CAST(json_object_agg(k, v ORDER BY k COLLATE "C") AS text) FROM ({0}) s)',
}


def upgrade() -> None:
    """Create the view."""
    dialect = op.get_bind().dialect.name
    some = f"EXISTS (SELECT 1 FROM {ROWS} WHERE {MINE})"
    columns = ",\n".join(f"{sql} AS {name}" for name, sql in columns_of(dialect))
    statement = (
        f"CREATE VIEW responsys_people AS SELECT {columns} FROM handles g WHERE g.person = g.id AND {some}"
    )
    op.get_bind().exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)


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
        yield name, last_one(name, f"p.{name}")
    domain = {
        "sqlite": "substr(p.email, instr(p.email, '@') + 1)",
        "postgresql": "split_part(p.email, '@', 2)",
    }
    yield "email_domain", last_one("email", domain[dialect])
    yield from packed_columns(dialect)


def packed_columns(dialect: str) -> Iterator[tuple[str, str]]:
    """Give the columns that are JSON."""
    number = "CAST(j.value AS bigint)"
    for name in SETS:
        yield name, LIST[dialect].format(of_packed("DISTINCT j.value AS v", ITEMS[dialect].format(name)))
    for name in COUNTERS:
        yield (
            name,
            OBJECT[dialect].format(
                grouped("j.key", f"CAST(sum({number}) AS bigint)", PAIRS[dialect].format(name))
            ),
        )
    hour = "CAST(CAST(j.key AS integer) % 24 AS text)"
    pairs = PAIRS[dialect].format("hour_of_week")
    yield "hourly", OBJECT[dialect].format(grouped(hour, f"CAST(sum({number}) AS bigint)", pairs))
    channels = PAIRS[dialect].format(CHANNELS)
    latest = TIME[dialect].format(f"max({number})")
    yield CHANNELS, OBJECT[dialect].format(grouped("j.key", latest, channels))
    yield "channels", LIST[dialect].format(of_packed("DISTINCT j.key AS v", channels))


def of_rows(value: str) -> str:
    """Return the query of a value of all rows of the person."""
    return f"(SELECT {value} FROM {ROWS} WHERE {MINE})"


def last_one(name: str, value: str) -> str:
    """Return the query of the latest value, of those the greatest."""
    binary = 'COLLATE "C"' if op.get_bind().dialect.name == "postgresql" else ""
    order = f"p.{name}_at DESC, p.{name} {binary} DESC"
    return f"(SELECT {value} FROM {ROWS} WHERE {MINE} AND p.{name} IS NOT NULL ORDER BY {order} LIMIT 1)"


def of_packed(value: str, source: str) -> str:
    """Return the query of values in the JSON of the person's rows."""
    return f"SELECT {value} FROM {ROWS} CROSS JOIN {source} WHERE {MINE}"


def grouped(key: str, value: str, source: str) -> str:
    """Return the query of a value for each key in the JSON of the person's rows."""
    return of_packed(f"{key} AS k, {value} AS v", source) + f" GROUP BY {key}"
