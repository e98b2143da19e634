"""pipeline.text.escapes: halves of surrogate pairs in JSON."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.escapes import encoded, half_pair

PARTS = st.sampled_from(["\\ud83d", "\\udc00", "\\u0041", "\\\\", "\\n", "x", "ud83d"])


@pytest.mark.parametrize(
    ("raw", "position"),
    [
        (rb'"\ud83d\udc00"', None),
        (rb'"\\ud83d"', None),
        (rb'"\ud83d"', 1),
        (rb'"\ud83dx\udc00"', 1),
        (rb'"\udc00"', 1),
        (rb'"\ud83d\udc00\udc00"', 13),
    ],
)
def test_half_a_pair_is_found_where_it_is(raw, position):
    assert half_pair(raw) == position


@given(st.lists(PARTS).map("".join))
def test_half_a_pair_is_found_exactly_where_the_text_has_no_utf_8(text):
    raw = f'"{text}"'.encode()
    whole = True
    try:
        json.loads(raw).encode()
    except UnicodeEncodeError:
        whole = False

    assert (half_pair(raw) is None) == whole


@given(st.text(st.characters(codec=None)))
def test_json_with_half_a_pair_is_read_again_as_it_was(text):
    assert json.loads(encoded(json.dumps(text))) == text


def test_json_without_one_is_plain_utf_8():
    assert msgspec.json.decode(encoded(json.dumps("\U0001f642", ensure_ascii=False))) == "\U0001f642"
    assert json.loads(encoded(json.dumps("\ud83d", ensure_ascii=False))) == "\ud83d"
