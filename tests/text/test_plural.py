import pytest

from pipeline.text.plural import counted


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1_200, "1,200 rows")]
)
def test_a_noun_follows_its_number(amount, text):
    assert counted(amount, "row") == text


@pytest.mark.parametrize(("amount", "text"), [(1, "1 row waits"), (2, "2 rows wait")])
def test_what_does_not_end_in_an_s_is_given(amount, text):
    assert counted(amount, "row waits", "rows wait") == text
