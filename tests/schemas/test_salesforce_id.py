from itertools import product

import pytest

from emulators.salesforce.org import ids
from schemas.salesforce_id import NoId, WrongSuffix, full_id, is_full_id


def test_all_cases_of_five_letters_have_the_suffix_of_an_org():
    cases = ["".join(letters) for letters in product(*zip("abcde", "ABCDE", strict=True))]

    assert [full_id(f"00Q00{case}{case}") for case in cases] == [
        ids.full_id(f"00Q00{case}{case}") for case in cases
    ]


@pytest.mark.parametrize("text", ["", "00Q", "00Q000000000001\n", "00Q0000000000012", "00Q00000000000é"])
def test_a_text_of_another_shape_is_no_id(text):
    with pytest.raises(NoId):
        full_id(text)


def test_a_suffix_that_does_not_fit_is_no_suffix():
    with pytest.raises(WrongSuffix):
        full_id("00Q000000000aBcEAA")


def test_only_18_characters_are_full():
    assert [is_full_id("00Q000000000aBcEAI"), is_full_id("00Q000000000aBc"), is_full_id("")] == [
        True,
        False,
        False,
    ]
