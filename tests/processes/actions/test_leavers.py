"""What becomes of those who leave, and of those who come and go faster than calls do."""

import pytest

from tests.processes.actions.company import member, person

FIELDS = {"name": "FIELDS", "fields": {"TIER": "STR25"}}
AUDIENCES = {"name": "AUDIENCES", "fields": {"LAPSED": "STR25", "OTHERS": "STR25"}}
TABLES = {"fields": {"tier": "TIER"}, "fields_table": "FIELDS", "memberships_table": "AUDIENCES"}


@pytest.mark.parametrize(
    ("way", "others", "fields", "audiences"),
    [
        ("flag", True, {"C-ada": ("gold",), "C-bob": ("gold",)}, {"C-ada": ("0",), "C-bob": ("1",)}),
        ("blank", True, {"C-ada": (None,), "C-bob": ("gold",)}, {"C-ada": ("0",), "C-bob": ("1",)}),
        ("delete_row", True, {"C-bob": ("gold",)}, {"C-ada": ("0",), "C-bob": ("1",)}),
        ("delete_row", False, {"C-bob": ("gold",)}, {"C-bob": ("1",)}),
    ],
    ids=["flag", "blank", "delete-row", "delete-rows"],
)
def test_who_leaves_leaves_the_tables_but_not_the_list(exports, way, others, fields, audiences, request):
    """A stranger who leaves is not inserted anywhere, and needs nobody's attention."""
    name = request.node.callspec.id
    memberships = {name: "LAPSED", **({"others": "OTHERS"} if others else {})}
    shop = exports(
        name,
        members=[member("ada"), member("bob")],
        extensions=[FIELDS, AUDIENCES],
        memberships=memberships,
        on_remove=way,
        insert_on_no_match=True,
        new_members="optin",
        **TABLES,
    )
    shop.deliver(person("ada", tier="gold"), person("bob", tier="gold"))

    shop.deliver(person("ada", "REMOVE"), person("stranger", "REMOVE"))

    assert shop.extension("FIELDS", "TIER") == fields
    assert shop.extension("AUDIENCES", "LAPSED") == audiences
    assert sorted(shop.members()) == ["C-ada", "C-bob"]
    assert shop.count("sent", "removed", "dead_letters") == (2, 2, 0)


def test_where_nothing_is_done_about_leavers_they_are_not_taken(exports):
    shop = exports("nothing", members=[member("ada", TIER="gold")], columns={"tier": "TIER"})

    shop.deliver(person("ada", "REMOVE", tier="silver"), person("ada"))

    assert shop.members("TIER") == {"C-ada": ("gold",)}
    assert shop.count("received", "sent", "removed", "dead_letters") == (1, 1, 0, 0)


def test_of_changes_that_waited_together_the_newest_is_sent_whatever_came_first(exports):
    """One row for each profile."""
    people = ("in-order", "late", "again", "again-late")
    shop = exports(
        "together",
        members=map(member, people),
        extensions=[AUDIENCES],
        memberships={"together": "LAPSED"},
        memberships_table="AUDIENCES",
    )
    shop.deliver(*map(person, people))
    before = len(shop.calls())
    shop.pause()

    shop.send(
        person("in-order", "ADD", at=1),
        person("in-order", "REMOVE", at=2),
        person("late", "REMOVE", at=2),
        person("late", "ADD", at=1),
        person("again", "REMOVE", at=1),
        person("again", "ADD", at=2),
    )
    shop.waits(3)
    shop.send(person("again-late", "ADD", at=2))
    shop.waits(4)
    shop.send(person("again-late", "REMOVE", at=1))
    shop.waits(4)
    shop.resume()
    shop.settled()

    assert shop.extension("AUDIENCES", "LAPSED") == {
        "C-in-order": ("0",),
        "C-late": ("0",),
        "C-again": ("1",),
        "C-again-late": ("1",),
    }
    rows = [(call["function"], call["recipients"]) for call in shop.calls()[before:]]
    merged = {("mergeListMembers", 2), ("mergeProfileExtensionMembers", 2)}
    assert (set(rows), len(rows)) == (merged, 3)
    assert shop.count("received", "coalesced", "sent", "removed") == (12, 4, 6, 2)
