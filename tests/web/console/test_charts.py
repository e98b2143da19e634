"""Charts, drawn on the server."""

import re

import pytest

from pipeline.web.console.charts import Chart, rounded_up

POINTS = [
    {"at": "2026-11-29T12:00:00Z", "sent": 3, "removed": 1, "rejected": 0, "batches": 1},
    {"at": "2026-11-29T12:01:00Z", "sent": 0, "removed": 0, "rejected": 0, "batches": 0},
    {"at": "2026-11-29T12:02:00Z", "sent": 1_000, "removed": 0, "rejected": 8, "batches": 6},
]


def test_a_chart_tells_its_totals_in_its_name():
    svg = Chart("Rows per minute, last hour", "minute", POINTS).svg()

    label = re.search(r'role="img" aria-label="([^"]+)"', svg)
    assert label
    assert label[1] == "Rows per minute, last hour: 1,003 sent, 1 removed, 8 rejected in 7 batches"


def test_rows_that_were_so_already_are_shown_where_there_are_any():
    chart = Chart("Rows", "minute", [{**POINTS[0], "unchanged": 2}, {**POINTS[1], "unchanged": 0}])

    assert chart.sentence == "3 sent, 1 removed, 2 unchanged, 0 rejected in 1 batch"
    assert 'class="unchanged"' in chart.svg()


def test_bars_are_stacked_from_the_bottom_and_have_the_same_scale():
    svg = Chart("Rows", "minute", POINTS).svg()

    bars = re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)" width="160.0" height="([\d.]+)"/>', svg)
    assert bars == [
        ("sent", "20.0", "119.8", "0.2"),
        ("removed", "20.0", "119.8", "0.1"),
        ("sent", "420.0", "60.0", "60.0"),
        ("rejected", "420.0", "59.5", "0.5"),
    ]


def test_a_name_cannot_leave_its_attribute():
    assert '"><script>' not in Chart('"><script>', "minute", POINTS).svg()


def test_an_empty_chart_is_drawn():
    empty = Chart("Rows", "day", [])

    assert (empty.sentence, empty.top) == ("0 sent, 0 removed, 0 rejected in 0 batches", 1)
    assert "rect" not in empty.svg()


@pytest.mark.parametrize(("value", "top"), [(0, 1), (1, 1), (3, 5), (6, 10), (10, 10), (1_001, 2_000)])
def test_an_axis_ends_with_a_number_that_reads_well(value, top):
    assert rounded_up(value) == top
