from datetime import timedelta

import pytest

from pipeline.text.durations import parse, spell


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        (" 7d ", timedelta(days=7)),
        ("1w", timedelta(weeks=1)),
    ],
)
def test_lengths_of_time_are_read(text, length):
    assert parse(text) == length


@pytest.mark.parametrize("text", ["", "7", "d", "-7d", "1.5h", "7 days", "99999999d", "²d"])
def test_what_is_no_length_of_time_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="is not a length of time: write 90s, 30m, 2h, 7d or 1w"):
        parse(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (59.7, "1 min"),
        (252, "4 min 12 s"),
        (7_200, "2 h"),
        (7_205, "2 h"),
        (7_265, "2 h 1 min"),
        (3 * 86_400 + 4 * 3_600 + 59, "3 d 4 h"),
    ],
)
def test_lengths_of_time_are_written_with_the_two_largest_units(seconds, text):
    assert spell(seconds) == text
