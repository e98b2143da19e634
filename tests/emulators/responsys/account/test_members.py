"""Members of a list, and how they are found."""

import pytest

from emulators.responsys.account.columns import email_sha256
from emulators.responsys.account.members import NO_MEMBER, SEVERAL_MEMBERS, Members
from emulators.responsys.account.seed import MemberSeed, RangeSeed

ADA = MemberSeed(customer_id="C-1", email="ada@example.com", riid=7)


def test_a_member_with_a_taken_id_takes_the_place_of_the_old_one():
    members = Members()
    members.add_members([ADA, MemberSeed(customer_id="C-2", email="ada@example.com", riid=8)])

    members.add_members([MemberSeed(customer_id="C-3", email="bea@example.com", riid=8)])

    assert len(members) == 2
    assert members.find_one("EMAIL_ADDRESS_", "ada@example.com") == 7
    assert members.find_one("CUSTOMER_ID_", "C-2") == NO_MEMBER
    assert members.find_one("CUSTOMER_ID_", "C-3") == 8


def test_an_address_of_two_members_finds_several():
    members = Members()
    members.add_members([ADA, MemberSeed(customer_id="C-2", email="ada@example.com", riid=8)])

    assert members.find_one("EMAIL_SHA256_HASH_", email_sha256("ada@example.com")) == SEVERAL_MEMBERS
    assert members.find_all("EMAIL_ADDRESS_", "ada@example.com") == (7, 8)


@pytest.mark.parametrize("stranger", ["m10", "m-1", "m01", "m", "M1", "m1 ", "m1x", "xm1"])
def test_a_range_ends_where_it_ends(stranger):
    members = Members()
    members.add_range(RangeSeed(10, "m"))

    assert members.find_one("CUSTOMER_ID_", stranger) == NO_MEMBER


def test_ranges_follow_each_other_and_leave_room_for_further_members():
    members = Members()
    members.add_range(RangeSeed(10, "m"))
    members.add_members([MemberSeed(customer_id="C-1")])
    members.add_range(RangeSeed(10, "n"))

    distances = [
        members.find_one("CUSTOMER_ID_", name) - members.find_one("CUSTOMER_ID_", "m0")
        for name in ("m9", "C-1", "n0")
    ]

    assert distances == [9, 10, 11]


def test_hashes_of_a_range_that_comes_later_are_found_too():
    members = Members()
    members.add_range(RangeSeed(10, "m"))
    members.find_one("EMAIL_SHA256_HASH_", email_sha256("m3@example.com"))

    members.add_range(RangeSeed(10, "n", domain="example.org"))

    assert members.find_one("EMAIL_SHA256_HASH_", email_sha256("n3@example.org")) == members.find_one(
        "CUSTOMER_ID_", "n3"
    )


def test_a_member_of_a_range_is_stored_when_something_is_written():
    members = Members()
    members.add_range(RangeSeed(10, "m"))
    riid = members.find_one("CUSTOMER_ID_", "m3")

    members.update(riid, {"CITY_": "Rome", "CUSTOMER_ID_": "new"})

    assert (len(members), len(members.rows)) == (10, 1)
    assert members.full_row(riid)["CITY_"] == "Rome"
    assert members.find_one("EMAIL_ADDRESS_", "m3@example.com") == riid
    assert [members.find_one("CUSTOMER_ID_", name) for name in ("m3", "new")] == [NO_MEMBER, riid]


@pytest.mark.parametrize("looked_up_before", [True, False])
def test_a_new_address_is_found_by_its_hash_and_the_old_one_is_not(looked_up_before):
    members = Members()
    members.add_range(RangeSeed(10, "m"))
    old, new = email_sha256("m3@example.com"), email_sha256("new@example.com")
    if looked_up_before:
        members.find_one("EMAIL_SHA256_HASH_", old)
    riid = members.find_one("CUSTOMER_ID_", "m3")

    members.update(riid, {"EMAIL_ADDRESS_": "new@example.com"})

    assert [members.find_one("EMAIL_SHA256_HASH_", key) for key in (old, new)] == [NO_MEMBER, riid]


def test_a_match_must_fit_in_every_key():
    members = Members(any_recipient=True)
    members.add_members([ADA])

    both = {"CUSTOMER_ID_": "C-1", "EMAIL_ADDRESS_": "ADA@example.com"}

    assert members.match_all(both) == (7,)
    assert members.match_all(both | {"EMAIL_ADDRESS_": "bea@example.com"}) == ()
    assert len(members.match_all({"CUSTOMER_ID_": "stranger"})) == 1
