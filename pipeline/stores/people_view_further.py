"""Further fields in the view of people, by their kinds."""

from collections.abc import Iterator, Sequence

from pipeline.stores.people_sql import BINARY, SCALAR, first_of, of_rows, packed, sums_in, values_in

Further = tuple[str, str]  # name and kind of a field of [profile_fields]
FURTHER = "further"  # in ``packed``
IS_NUMBER = {
    "sqlite": " AND ".join([
        "{0} GLOB '*[0-9]*'", "{0} NOT GLOB '*[^0-9.eE+-]*'", "{0} NOT GLOB '[eE]*'",
        "{0} NOT GLOB '*[eE+-]'",
        "{0} NOT GLOB '[+-][eE+-]*'", "substr({0}, 2) NOT GLOB '*[0-9.][+-]*'", "{0} NOT GLOB '*.*.*'",
        "{0} NOT GLOB '*[eE]*[eE.]*'",
    ]),
    "postgresql": r"{0} ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{{1,3}})?$'",
}  # fmt: skip
AS_NUMBER = {"sqlite": "CAST({0} AS REAL)", "postgresql": "CAST({0} AS numeric)"}


def further_columns(dialect: str, fields: Sequence[Further]) -> Iterator[tuple[str, str]]:
    """Give the columns with their queries."""
    for name, kind in fields:
        yield name, query_of(dialect, name, kind)


def query_of(dialect: str, name: str, kind: str) -> str:
    """Return the query of one field."""
    value = SCALAR[dialect].format(packed(dialect, FURTHER, name))
    match kind:
        case "count":
            return of_rows(f"CAST(coalesce(sum(CAST({value} AS bigint)), 0) AS bigint)")
        case "set":
            return values_in(dialect, FURTHER, name)
        case "valuect":
            return sums_in(dialect, FURTHER, name)
        case "last":
            return last_value(dialect, name)
        case _:
            return extreme(dialect, value, "DESC" if kind == "max" else "ASC")


def last_value(dialect: str, name: str) -> str:
    """Return the query of the latest value, of those the greatest."""
    moment, value = (SCALAR[dialect].format(packed(dialect, FURTHER, name, place)) for place in (0, 1))
    return first_of(value, value, f"CAST({moment} AS bigint) DESC, {value} {BINARY[dialect]} DESC")


def extreme(dialect: str, value: str, direction: str) -> str:
    """Return the query of the smallest or greatest value: numbers by size, before texts."""
    is_number = IS_NUMBER[dialect].format(value)
    rank = f"CASE WHEN {is_number} THEN 0 ELSE 1 END"
    number = f"CASE WHEN {is_number} THEN {AS_NUMBER[dialect].format(value)} ELSE 0 END"
    order = ", ".join(f"{one} {direction}" for one in (rank, number, f"{value} {BINARY[dialect]}"))
    return first_of(value, value, order)
