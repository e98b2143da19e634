"""Whom a list merge finds, and what becomes of their consent."""

import pytest

from tests.processes.actions.company import member, person

STATUS = "EMAIL_PERMISSION_STATUS_"
MEMBERS = [member("in", EMAIL_PERMISSION_STATUS_="I"), member("out", EMAIL_PERMISSION_STATUS_="O")]


def test_consent_is_what_the_operator_says_and_otherwise_stays(exports):
    cases = {
        "unchanged": ({"new_members": "optin"}, {"C-in": ("I",), "C-out": ("O",), "C-new": ("I",)}),
        "unchanged-out": ({"new_members": "optout"}, {"C-in": ("I",), "C-out": ("O",), "C-new": ("O",)}),
        "optin": ({"permission": "optin"}, {"C-in": ("I",), "C-out": ("I",), "C-new": ("I",)}),
        "optout": ({"permission": "optout"}, {"C-in": ("O",), "C-out": ("O",), "C-new": ("O",)}),
    }
    shops = {
        name: exports(name, members=MEMBERS, insert_on_no_match=True, **permission)
        for name, (permission, _) in cases.items()
    }

    for shop in shops.values():
        shop.send(person("in"), person("out"), person("new"))
    for shop in shops.values():
        shop.settled()

    for name, (_, statuses) in cases.items():
        assert shops[name].members(STATUS) == statuses, name
        assert shops[name].count("sent", "dead_letters") == (3, 0), name


def test_a_variable_may_say_who_agrees(exports):
    """Who says nothing keeps the status; who says something else is not sent."""
    shop = exports(
        "asked", members=[*MEMBERS, member("mute", EMAIL_PERMISSION_STATUS_="I")], permission="agrees"
    )

    shop.deliver(
        person("in", agrees=False),
        person("out", agrees="yes"),
        person("mute"),
        person("odd", agrees="perhaps"),
    )

    assert shop.members(STATUS) == {"C-in": ("O",), "C-out": ("I",), "C-mute": ("I",)}
    assert shop.letters() == {"odd": 'Invalid: "agrees" says neither that somebody opts in nor out'}
    assert shop.count("sent", "rejected") == (3, {"Invalid": 1})


@pytest.mark.parametrize(
    ("column", "source"), [("EMAIL_SHA256_HASH_", "hashed_email"), ("EMAIL_MD5_HASH_", "email")]
)
def test_who_is_found_by_a_hash_is_updated_and_never_added(exports, column, source):
    name = column.lower().strip("_").replace("_", "-")
    shop = exports(
        name,
        members=[member("ada", TIER="gold")],
        identifiers={source: column},
        match_column_1=column,
        columns={"tier": "TIER"},
    )

    shop.deliver(person("ada", tier="silver"), person("bob", tier="silver"))

    assert shop.members("TIER") == {"C-ada": ("silver",)}
    assert shop.letters() == {"bob": "MERGEFAILED: RECORD_NOT_FOUND: No records found"}
    assert shop.count("sent", "rejected") == (1, {"MERGEFAILED": 1})

    shop.order("members", members=[member("bob", TIER="gold")])
    shop.replay()
    assert shop.members("TIER") == {"C-ada": ("silver",), "C-bob": ("silver",)}
    assert shop.count("sent", "dead_letters") == (2, 0)


def test_two_match_columns_find_who_has_both(exports):
    shop = exports(
        "both",
        members=[member("ada"), {"customer_id": "C-bob", "email": "old@example.com"}],
        match_column_2="EMAIL_ADDRESS_",
        columns={"tier": "TIER"},
    )

    shop.deliver(person("ada", tier="gold"), person("bob", tier="gold"))

    assert shop.members("TIER") == {"C-ada": ("gold",), "C-bob": (None,)}
    assert sorted(shop.letters()) == ["bob"]


def test_one_bad_address_stands_alone_where_responsys_refuses_the_whole_call_for_it(exports):
    """Our own check may let pass what theirs does not."""
    shop = exports("halved", members=[member(f"p{n}") for n in range(20)])
    shop.fault(
        "error",
        "mergeListMembers",
        errorCode="INVALID_PARAMETER",
        detail="Record 0 = Bad Email Format\r\n",
        match="p13@example.com",
    )

    shop.deliver(*(person(f"p{n}") for n in range(20)), together=True)

    assert shop.letters() == {"p13": "INVALID_PARAMETER: Record 0 = Bad Email Format"}
    assert shop.count("sent", "rejected") == (19, {"INVALID_PARAMETER": 1})
    shop.emulator.order("faults", [])
    shop.replay()
    assert shop.count("sent", "dead_letters") == (20, 0)
