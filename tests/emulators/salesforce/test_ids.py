import pytest

from emulators.salesforce.org.ids import full_id, new_id, read_id
from emulators.salesforce.state.behaviour import Behaviour
from emulators.salesforce.state.emulator import Emulator


@pytest.mark.parametrize(
    ("short", "full"), [("0035e00000abcDE", "0035e00000abcDEAAY"), ("001000000000001", "001000000000001AAA")]
)
def test_the_suffix_tells_the_case(short, full):
    assert full_id(short) == full


def test_ids_ascend_with_their_number():
    ids = [new_id("003", number) for number in (1, 9, 61, 62, 3843, 3844, 10**6)]

    assert ids == sorted(ids)
    assert all(read_id(one) == one for one in ids)


@pytest.mark.parametrize("text", ["", "003", "003000000000001AAB", "003 00000000001", None, 7])
def test_what_is_no_id(text):
    with pytest.raises(ValueError, match=r"id|suffix"):
        read_id(text)


def test_another_number_is_another_org_also_after_a_reset():
    emulator = Emulator([], Behaviour(), org_number=7002)
    emulator.reset()

    assert emulator.org.id == "00D0000000001owEAA"
    assert Emulator([], Behaviour()).org.id == "00D0000000001ovEAA"
