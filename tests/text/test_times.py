"""Times for programs and for people."""

from datetime import UTC, datetime

import pytest

from pipeline.text.times import rfc3339, to_the_second


@pytest.mark.parametrize("micro", [0, 500_000])
def test_people_read_whole_seconds(micro):
    moment = datetime(2026, 11, 29, 12, 0, 5, micro, tzinfo=UTC)

    assert to_the_second(rfc3339(moment)) == "2026-11-29T12:00:05Z"


def test_no_time_stays_none():
    assert to_the_second(None) is None
