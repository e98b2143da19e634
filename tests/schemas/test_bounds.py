"""Every number of the configuration and of the environment has an upper bound."""

import math
from collections.abc import Iterator

import pytest
from marshmallow import Schema, ValidationError

from pipeline.errors import Misconfigured
from pipeline.responsys.ratelimit import DEFAULTS
from pipeline.settings import PREFIX, Settings
from schemas.configuration_fields import Number
from schemas.connector import FUNCTIONS
from schemas.connector_kinds import KINDS
from schemas.destination import ACTIONS
from schemas.document import Table
from schemas.event_import import ImportDocument
from schemas.source import SourceDocument

SCHEMAS = {**KINDS, **ACTIONS, "source": SourceDocument, "import": ImportDocument}
BOUNDS = {
    ("responsys", "max_in_flight"): 1000,
    ("responsys", "limits"): 1_000_000,
    ("responsys", "utilisation"): 1,
    ("responsys_sftp", "max_in_flight"): 1000,
    ("responsys_sftp", "port"): 65_535,
    ("salesforce", "max_in_flight"): 1000,
    ("salesforce", "share"): 1,
    ("salesforce", "ceiling"): 1,
    ("import", "every"): 1440,
    ("import", "late_after"): 527_040,
    **{(action, "max_rows"): 200 for action in ACTIONS},
    **{(action, "max_age"): 2_592_000 for action in ACTIONS},
    ("campaign_email", "dedupe"): 31_622_400,
    ("source", "every"): 527_040,
    ("source", "max_leaving"): 100,
}
VARIABLES = {
    "CONNECT_TIMEOUT": 3600, "READ_TIMEOUT": 3600, "CALL_TIMEOUT": 7200, "SHUTDOWN_GRACE": 3600,
    "IDEMPOTENCY_WINDOW": 31_622_400, "RETENTION_DAYS": 36_500, "LIMIT_WINDOW": 86_400, "WEB_WORKERS": 1000,
    "WEB_THREADS": 1000, "WEB_MAX_BODY": 4 << 30, "TRACE_DAYS": 36_500, "ACTIVITY_DAYS": 36_500,
    "REPLICAS": 99, "EVENT_DAYS": 36_500, "ENTRY_DAYS": 36_500, "ALERT_INTERVAL": 3600,
}  # fmt: skip
ZERO: dict[str, list[str]] = {
    "TRACE_DAYS": [],
    "REPLICAS": [],
    "EVENT_DAYS": [],
    "ENTRY_DAYS": [],
}  # it means: not at all
TOO_LARGE = [10**400, 10**5000, 1e308, 2**63]


def numbers(schema: type[Schema]) -> Iterator[tuple[str, Number]]:
    """Yield the numbers of a schema, also those that are the values of a table."""
    for name, field in schema().fields.items():
        inner = field.values if isinstance(field, Table) else field
        if isinstance(inner, Number):
            yield name, inner


def repr_of(value: object) -> str:
    """Name a value; Python writes no number of 5,000 digits."""
    return "huge" if isinstance(value, int) and not isinstance(value, bool) else repr(value)


FIELDS = {(kind, name): field for kind, schema in SCHEMAS.items() for name, field in numbers(schema)}


def test_the_table_names_every_number_of_the_configuration():
    assert {place: field.most for place, field in FIELDS.items()} == BOUNDS


@pytest.mark.parametrize("place", FIELDS, ids=".".join)
def test_a_number_may_be_as_large_as_its_bound_and_no_larger(place):
    field = FIELDS[place]

    assert field.deserialize(field.most) == field.most
    for value in [field.most + 1, *TOO_LARGE]:
        with pytest.raises(ValidationError, match="must be"):
            field.deserialize(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, -(10**5000), True, "1"], ids=repr_of)
@pytest.mark.parametrize("place", FIELDS, ids=".".join)
def test_what_is_no_number_of_this_size_is_refused(place, value):
    with pytest.raises(ValidationError):
        FIELDS[place].deserialize(value)


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_may_be_as_large_as_its_bound_and_no_larger(name):
    Settings.load({PREFIX + name: str(VARIABLES[name])})

    for text in [
        str(VARIABLES[name] + 1),
        "9" * 400,
        "9" * 5000,
        "1e308",
        "inf",
        "nan",
        "-1",
        *ZERO.get(name, ["0"]),
    ]:
        with pytest.raises(Misconfigured, match=f"^{PREFIX}{name} is ") as caught:
            Settings.load({PREFIX + name: text})
        assert len(str(caught.value)) < 200


def test_the_table_names_every_number_of_the_environment():
    """``number`` cannot be used without a bound; here each use is found."""

    class Environ(dict):
        def get(self, key, default=None):
            return "x"

    with pytest.raises(Misconfigured) as caught:
        Settings.load(Environ())
    wrong = {
        line.split()[0].removeprefix(PREFIX) for line in str(caught.value).splitlines() if "number of" in line
    }
    assert wrong == set(VARIABLES)


def test_limits_may_be_set_for_the_functions_that_are_counted():
    assert set(FUNCTIONS) == set(DEFAULTS)
