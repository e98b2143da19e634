"""Rows of data frames, as the packages give them."""

import datetime as dt
import io
import uuid
from decimal import Decimal

import pytest

from pipeline.model.plain import plain
from pipeline.produce.frames import Unreadable, rows_of
from pipeline.produce.producer import Producer


class Package:
    """A package that is imported when it is first used: every process collects this file, one runs it."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        if name.startswith("_"):  # pytest looks at all that a file has
            raise AttributeError(name)
        return getattr(pytest.importorskip(self._name), name)


numpy, pandas, polars, pyarrow = map(Package, ("numpy", "pandas", "polars", "pyarrow"))

TEXT = "profile_id,crm_id,points,seen\n1001,820,7,2026-11-21 12:00:00\n1002,821,,\n1003,822,1.5,2026-11-20\n"
DATA = {
    "profile_id": [1001, 1002],
    "email": ["ann@example.com", None],
    "crm_id": [820.0, float("nan")],
    "points": [7.5, None],
    "seen": [dt.datetime(2026, 11, 21, 12), None],
    "born": [dt.date(1990, 1, 2), None],
}
ROWS = [
    ("1001", {"email": "ann@example.com", "crm_id": "820"},
     {"points": 7.5, "seen": "2026-11-21T12:00:00", "born": "1990-01-02"}),
    ("1002", {}, {"points": None, "seen": None, "born": None}),
]  # fmt: skip
FRAMES = {
    "pandas": lambda: pandas.DataFrame(DATA),
    "pandas with nullable types": lambda: pandas.DataFrame(DATA).convert_dtypes(),
    "polars": lambda: polars.DataFrame(DATA),
    "pyarrow table": lambda: pyarrow.table(DATA),
    "pyarrow batch": lambda: pyarrow.RecordBatch.from_pydict(DATA),
    "pyarrow reader": lambda: pyarrow.table(DATA).to_reader(1),
}


@pytest.fixture
def producer(server_url, entries, bell):
    with Producer(server_url, bell=bell) as producer:
        yield producer


def found(entries):
    return sorted((entry.profile_id, entry.identifiers, entry.variables) for entry in entries())


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_is_activated_as_it_is(producer, entries, name):
    report = producer.activate_many(FRAMES[name](), audience="lapsed-buyers")

    assert (report.accepted, report.errors) == (2, [])
    assert found(entries) == ROWS


def test_case_16_rows_of_a_data_frame(producer, entries):
    frame = pandas.read_csv(io.StringIO(TEXT))
    frame["seen"] = pandas.to_datetime(frame["seen"], format="mixed")
    rows = [
        {"profile_id": row["profile_id"], "call_type": "ADD", "identifiers": {"crm_id": row["crm_id"]},
         "variables": {"points": row["points"], "seen": row["seen"]}}
        for row in frame.to_dict("records")
    ]  # fmt: skip

    report = producer.activate_many(rows, audience="lapsed-buyers")

    assert (report.accepted, report.errors) == (3, [])
    assert found(entries) == [
        ("1001", {"crm_id": "820"}, {"points": 7.0, "seen": "2026-11-21T12:00:00"}),
        ("1002", {"crm_id": "821"}, {"points": None, "seen": None}),
        ("1003", {"crm_id": "822"}, {"points": 1.5, "seen": "2026-11-20T00:00:00"}),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (lambda: numpy.int64(7), 7),
        (lambda: numpy.float32(0.5), 0.5),
        (lambda: numpy.float64("nan"), None),
        (lambda: numpy.bool_(True), True),
        (lambda: numpy.str_("gold"), "gold"),
        (lambda: numpy.datetime64("2026-11-21T12:00:00.5", "ns"), "2026-11-21T12:00:00.500000"),
        (lambda: numpy.datetime64("2026-11-21"), "2026-11-21"),
        (lambda: numpy.datetime64("NaT"), None),
        (lambda: pandas.NaT, None),
        (lambda: pandas.NA, None),
        (lambda: pandas.Timestamp("2026-11-21 12:00", tz="UTC"), "2026-11-21T12:00:00+00:00"),
        (lambda: pyarrow.scalar(7), 7),
        (lambda: Decimal("NaN"), None),
        (lambda: Decimal("7.00"), 7),
        (lambda: dt.time(12, 30), "12:30:00"),
        (lambda: uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_values_become_what_json_has(value, expected):
    found = plain({"variables": {"it": value()}})["variables"]["it"]

    assert (found, isinstance(found, type(expected))) == (expected, True)


@pytest.mark.parametrize(
    "moment",
    [
        lambda: pandas.Timestamp("2026-11-21"),
        lambda: numpy.datetime64("2026-11-21", "s"),
        lambda: dt.date(2026, 11, 21),
    ],
)
def test_a_moment_may_be_of_any_library(producer, entries, moment):
    row = {"profile_id": numpy.int64(7), "call_type": "ADD", "occurred_at": moment()}

    assert producer.activate_many([row], audience="lapsed-buyers").accepted == 1
    assert [entry.occurred_at for entry in entries()] == [dt.datetime(2026, 11, 21, tzinfo=dt.UTC)]


@pytest.mark.parametrize("value", [1.5, True, float("inf"), None, ""])
def test_what_is_no_whole_number_is_no_id(producer, value):
    row = {"profile_id": value, "call_type": "ADD"}

    assert producer.activate_many([row], audience="lapsed-buyers").refused == 1


def test_columns_named_like_the_groups_hold_their_parts():
    frame = polars.DataFrame(
        {"profile_id": [1], "identifiers": [{"email": "a@example.com"}], "tier": ["gold"]}
    )

    (row,) = rows_of(frame)

    assert row == {
        "call_type": "ADD",
        "profile_id": 1,
        "identifiers": {"email": "a@example.com"},
        "variables": {"tier": "gold"},
    }


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (lambda: pandas.DataFrame({"a": [1]}), "the frame has no column profile_id; it has: a"),
        (lambda: polars.LazyFrame({"profile_id": [1]}), "a lazy frame has no rows yet"),
    ],
)
def test_a_table_without_such_rows_is_refused(producer, frame, problem):
    with pytest.raises(Unreadable, match=problem):
        producer.activate_many(frame(), audience="lapsed-buyers")
