"""SQL of the rows of one person in the view of people, and of the sets packed into them.

``g`` is the handle with the person's number as its id, ``h`` any handle of the person, ``p`` its profile.
"""

ROWS = "handles h JOIN profiles p ON p.handle = h.id"
MINE = "h.person = g.id"
TIME = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%SZ', {0}, 'unixepoch')",
    "postgresql": """to_char(to_timestamp({0}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
}
ITEMS = {"sqlite": "json_each({0}) j", "postgresql": "jsonb_array_elements_text({0}) j (value)"}
PAIRS = {"sqlite": "json_each({0}) j", "postgresql": "jsonb_each_text({0}) j"}
SCALAR = {"sqlite": "json_extract({0})", "postgresql": "({0} #>> '{{}}')"}
LIST = {
    "sqlite": "(SELECT nullif(json_group_array(v), '[]') FROM ({0} ORDER BY v))",
    "postgresql": '(SELECT CAST(json_agg(v ORDER BY v COLLATE "C") AS text) FROM ({0}) s)',
}
OBJECT = {
    "sqlite": "(SELECT nullif(json_group_object(k, v), '{{}}') FROM ({0} ORDER BY k))",
    "postgresql": '(SELECT CAST(json_object_agg(k, v ORDER BY k COLLATE "C") AS text) FROM ({0}) s)',
}
BINARY = {"sqlite": "", "postgresql": 'COLLATE "C"'}  # order by code points
NUMBER = "CAST(j.value AS bigint)"


def packed(dialect: str, *path: str | int) -> str:
    """Return the arguments of a JSON function: the part of ``packed`` at a path."""
    if dialect == "sqlite":
        return f"p.packed, '${''.join(f'[{one}]' if isinstance(one, int) else f'.{one}' for one in path)}'"
    steps = "".join(f" -> {one}" if isinstance(one, int) else f" -> '{one}'" for one in path)
    return f"CAST(p.packed AS jsonb){steps}"


def of_rows(value: str) -> str:
    """Return the query of a value of all rows of the person."""
    return f"(SELECT {value} FROM {ROWS} WHERE {MINE})"


def first_of(value: str, present: str, order: str) -> str:
    """Return the query of a value of the first row in an order, of those in which ``present`` is not null."""
    return f"(SELECT {value} FROM {ROWS} WHERE {MINE} AND {present} IS NOT NULL ORDER BY {order} LIMIT 1)"


def of_packed(value: str, source: str) -> str:
    """Return the query of values in the JSON of the person's rows."""
    return f"SELECT {value} FROM {ROWS} CROSS JOIN {source} WHERE {MINE}"


def grouped(key: str, value: str, source: str) -> str:
    """Return the query of a value for each key in the JSON of the person's rows."""
    return of_packed(f"{key} AS k, {value} AS v", source) + f" GROUP BY {key}"


def values_in(dialect: str, *path: str) -> str:
    """Return the query of a set."""
    return LIST[dialect].format(
        of_packed("DISTINCT j.value AS v", ITEMS[dialect].format(packed(dialect, *path)))
    )


def sums_in(dialect: str, *path: str, key: str = "j.key") -> str:
    """Return the query of a counter per value."""
    pairs = PAIRS[dialect].format(packed(dialect, *path))
    return OBJECT[dialect].format(grouped(key, f"CAST(sum({NUMBER}) AS bigint)", pairs))
