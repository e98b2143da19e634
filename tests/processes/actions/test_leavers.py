"""What becomes of those who leave, and of those who come and go faster than calls do."""

from tests.processes.actions.company import member, person

FIELDS = {"name": "FIELDS", "fields": {"TIER": "STR25"}}
AUDIENCES = {"name": "AUDIENCES", "fields": {"LAPSED": "STR25", "OTHERS": "STR25"}}
TABLES = {"fields": {"tier": "TIER"}, "fields_table": "FIELDS", "memberships_table": "AUDIENCES"}


def test_who_leaves_leaves_the_tables_but_not_the_list(exports):
    """A stranger who leaves is not inserted anywhere, and needs nobody's attention."""
    gone = {"C-bob": ("gold",)}
    kept, blanked = {"C-ada": ("gold",), **gone}, {"C-ada": (None,), **gone}
    flagged = {"C-ada": ("0",), "C-bob": ("1",)}
    cases = {
        "flag": ("flag", True, kept, flagged),
        "blank": ("blank", True, blanked, flagged),
        "delete-row": ("delete_row", True, gone, flagged),
        "delete-rows": ("delete_row", False, gone, {"C-bob": ("1",)}),
    }
    shops = {
        name: exports(
            name,
            members=[member("ada"), member("bob")],
            extensions=[FIELDS, AUDIENCES],
            memberships={name: "LAPSED", **({"others": "OTHERS"} if others else {})},
            on_remove=way,
            insert_on_no_match=True,
            new_members="optin",
            **TABLES,
        )
        for name, (way, others, _, _) in cases.items()
    }

    for change in (
        (person("ada", tier="gold"), person("bob", tier="gold")),
        (person("ada", "REMOVE"), person("stranger", "REMOVE")),
    ):
        for shop in shops.values():
            shop.send_together(*change)
        for shop in shops.values():
            shop.settled()

    for name, (_, _, fields, audiences) in cases.items():
        assert shops[name].extension("FIELDS", "TIER") == fields, name
        assert shops[name].extension("AUDIENCES", "LAPSED") == audiences, name
        assert sorted(shops[name].members()) == ["C-ada", "C-bob"], name
        assert shops[name].count("sent", "removed", "dead_letters") == (2, 2, 0), name


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
    shop.deliver(*(person(name, at=0) for name in people))
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


def test_a_change_that_is_older_than_what_was_sent_does_not_undo_it(exports):
    shop = exports(
        "older",
        members=[member("ada"), member("bob")],
        extensions=[AUDIENCES],
        memberships={"older": "LAPSED"},
        memberships_table="AUDIENCES",
    )

    shop.deliver(person("ada", "ADD", at=2), person("bob", at=1))
    shop.deliver(person("bob", "REMOVE", at=3))
    shop.deliver(person("ada", "REMOVE", at=1), person("bob", "ADD", at=2))

    assert shop.extension("AUDIENCES", "LAPSED") == {"C-ada": ("1",), "C-bob": ("0",)}
