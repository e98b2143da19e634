"""pipeline.text.rendering."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.rendering import render


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("gold", "gold"),
        ("", ""),
        (" 007 ", " 007 "),
        (None, None),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-7, "-7"),
        (2**63, "9223372036854775808"),
        (20.0, "20"),
        (0.1, "0.1"),
        (-2.50, "-2.5"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (1.5e300, "15" + "0" * 299),
    ],
)
def test_a_variable_becomes_text(value, text):
    assert render(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_it_was_and_has_no_exponent(value):
    text = render(value)

    assert float(text) == value
    assert re.fullmatch(r"-?\d+(\.\d*[1-9])?", text)
