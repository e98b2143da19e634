"""Who is on a list."""

import pytest

from emulators.responsys.columns import email_sha256
from emulators.responsys.members import NOBODY, SEVERAL, Members
from emulators.responsys.seed import MemberSeed, RangeSeed

ADA = MemberSeed(customer_id="C-1", email="ada@example.com", riid=7)


def test_a_member_with_a_taken_id_takes_the_place_of_the_old_one():
    members = Members()
    members.add([ADA, MemberSeed(customer_id="C-2", email="ada@example.com", riid=8)])

    members.add([MemberSeed(customer_id="C-3", email="bea@example.com", riid=8)])

    assert len(members) == 2
    assert members.find("EMAIL_ADDRESS_", "ada@example.com") == 7
    assert members.find("CUSTOMER_ID_", "C-2") == NOBODY
    assert members.find("CUSTOMER_ID_", "C-3") == 8


def test_an_address_that_two_have_is_several():
    members = Members()
    members.add([ADA, MemberSeed(customer_id="C-2", email="ada@example.com", riid=8)])

    assert members.find("EMAIL_SHA256_HASH_", email_sha256("ada@example.com")) == SEVERAL
    assert members.find_all("EMAIL_ADDRESS_", "ada@example.com") == (7, 8)


@pytest.mark.parametrize("stranger", ["m10", "m-1", "m01", "m", "M1", "m1 ", "m1x", "xm1"])
def test_a_range_ends_where_it_ends(stranger):
    members = Members()
    members.add_range(RangeSeed(10, "m"))

    assert members.find("CUSTOMER_ID_", stranger) == NOBODY


def test_ranges_follow_each_other_and_leave_room_for_others():
    members = Members()
    members.add_range(RangeSeed(10, "m"))
    members.add([MemberSeed(customer_id="C-1")])
    members.add_range(RangeSeed(10, "n"))

    found = [
        members.find("CUSTOMER_ID_", name) - members.find("CUSTOMER_ID_", "m0")
        for name in ("m9", "C-1", "n0")
    ]

    assert found == [9, 10, 11]


def test_hashes_of_a_range_that_comes_later_are_found_too():
    members = Members()
    members.add_range(RangeSeed(10, "m"))
    members.find("EMAIL_SHA256_HASH_", email_sha256("m3@example.com"))

    members.add_range(RangeSeed(10, "n", domain="example.org"))

    assert members.find("EMAIL_SHA256_HASH_", email_sha256("n3@example.org")) == members.find(
        "CUSTOMER_ID_", "n3"
    )
