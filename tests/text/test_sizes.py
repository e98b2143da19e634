"""pipeline.text.sizes."""

import pytest

from pipeline.text import sizes


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (435_000_000, "435 MB"),
        (12_345_000_000, "12 GB"),
    ],
)
def test_sizes_are_spelt_in_few_digits(size, text):
    assert sizes.spell(size) == text
