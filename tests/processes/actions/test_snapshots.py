"""``activation sync``: the difference between two snapshots goes through the actions."""

import json

from tests.processes.actions.company import member, person

AUDIENCES = {"name": "AUDIENCES", "fields": {"LAPSED": "STR25"}}


def people(*names, **variables):
    """Describe members as a snapshot has them."""
    rows = [person(name, **variables) for name in names]
    return [{name: value for name, value in row.items() if name != "call_type"} for row in rows]


def test_who_enters_changes_and_leaves_is_exported_and_nobody_else(exports):
    shop = exports(
        "snapshots",
        members=[member(name) for name in "abcdefghij"],
        extensions=[AUDIENCES],
        columns={"tier": "TIER"},
        memberships={"snapshots": "LAPSED"},
        memberships_table="AUDIENCES",
    )

    shop.sync(*people(*"abcdefgh", tier="gold", shoe_size=40))
    shop.settled()
    first = len(shop.calls())
    shop.sync(*people(*"bcdefgh", tier="gold", shoe_size=41), *people("i", tier="gold"))
    shop.settled()
    second = shop.calls()[first:]
    shop.sync(*people(*"bcdefgh", tier="gold"), *people("i", tier="silver"))
    shop.settled()

    assert shop.extension("AUDIENCES", "LAPSED") == {
        "C-a": ("0",), **{f"C-{name}": ("1",) for name in "bcdefghi"},
    }  # fmt: skip
    assert shop.members("TIER")["C-i"] == ("silver",)
    assert shop.members("TIER")["C-j"] == (None,)
    assert sorted((call["function"], call["recipients"]) for call in second) == [
        ("mergeListMembers", 1),
        ("mergeProfileExtensionMembers", 1),
        ("mergeProfileExtensionMembers", 1),
    ]
    assert shop.count("received", "sent", "removed", "dead_letters") == (11, 10, 1, 0)


def test_a_snapshot_that_is_much_smaller_sends_nothing_until_it_is_confirmed(tables):
    shop = tables("shrinking", key=["CUSTOMER"], on_remove="delete")
    shop.sync(*people(*"abcd", tier="gold"))
    shop.settled()

    shop.sync(*people("a", tier="gold"), exit_code=2)
    assert len(shop.table("TIERS", "CUSTOMER")) == 4

    shop.sync(*people("a", tier="gold"), options=["--confirm"])
    shop.settled()
    assert list(shop.table("TIERS", "CUSTOMER")) == ["C-a"]


def test_existing_members_are_a_baseline_that_is_sent_no_e_mail(mailings):
    shop = mailings("baseline", members=[member(name) for name in "abc"])

    shop.sync(*people("a", "b"))
    shop.settled()
    assert shop.outbox() == {}

    shop.sync(*people(*"abc"))
    shop.settled()
    assert shop.outbox() == {"c@example.com": 1}
    assert shop.count("received", "sent") == (1, 1)


def test_existing_members_are_sent_an_e_mail_only_when_their_number_is_confirmed(mailings):
    shop = mailings("existing", members=[member("a"), member("b")], existing_members=True)

    asked = shop.sync(*people("a", "b"), options=["--json"], exit_code=2)
    (concern,) = json.loads(asked.stdout)["concerns"]
    assert (concern["kind"], "2" in concern["text"]) == ("existing", True)
    assert shop.outbox() == {}

    shop.sync(*people("a", "b"), options=["--confirm"])
    shop.settled()
    assert shop.outbox() == {"a@example.com": 1, "b@example.com": 1}


def test_a_dry_run_makes_no_call(exports):
    shop = exports("dry", members=[member("a")], columns={"tier": "TIER"})

    shop.sync(*people("a", tier="gold"), options=["--dry-run"])
    assert shop.calls() == []

    shop.sync(*people("a", tier="gold"))
    shop.settled()
    assert shop.members("TIER") == {"C-a": ("gold",)}
