"""Rows of a supplemental table follow the audience."""

from tests.processes.actions.company import person

MERGE, DELETE = "mergeSupplementalTableMembers", "deleteSupplementalTableMember"
LEAVERS = {"key": ["CUSTOMER"], "on_remove": "delete"}


def tiers(shop):
    return shop.table("TIERS", "CUSTOMER", "TIER", "POINTS")


def row(customer, tier=None, points=None):
    return {"CUSTOMER": f"C-{customer}", "TIER": tier, "POINTS": points}


def test_rows_are_merged_by_the_primary_key(tables):
    """Columns that an activation does not carry keep what they have."""
    shop = tables("merged", row("ada", "gold", "1"), row("bob", "gold", "2"))

    shop.deliver(person("ada", points=7), person("bob", tier="silver"), person("cy", tier="new", points=0))

    assert tiers(shop) == {"C-ada": ("gold", "7"), "C-bob": ("silver", "2"), "C-cy": ("new", "0")}
    assert sorted(len(records[0]) for records in shop.sent(MERGE)) == [2, 2, 3]
    assert shop.count("sent", "removed", "dead_letters") == (3, 0, 0)


def test_a_table_without_a_primary_key_is_matched_by_other_columns(tables):
    shop = tables("keyless", primary_key=[], match_columns=["CUSTOMER"])

    shop.deliver(person("ada", tier="gold"))
    shop.deliver(person("ada", tier="silver"))

    assert tiers(shop) == {"C-ada": ("silver", None)}


def test_a_value_that_does_not_fit_fails_its_row_alone_until_the_column_takes_it(tables):
    shop = tables("misfit")

    shop.deliver(person("ada", points=7), person("bob", points="1w"), person("cy", points=8))

    assert tiers(shop) == {"C-ada": (None, "7"), "C-cy": (None, "8")}
    assert shop.letters() == {
        "bob": 'MERGEFAILED: column POINTS: The value "1w" is not valid for the field type INTEGER'
    }
    assert shop.count("sent", "rejected") == (2, {"MERGEFAILED": 1})

    fields = {"CUSTOMER": "STR100", "TIER": "STR25", "POINTS": "STR25"}
    shop.order("tables", tables=[{"name": "TIERS", "fields": fields, "primary_key": ["CUSTOMER"]}])
    shop.replay()
    assert tiers(shop) == {"C-bob": (None, "1w")}
    assert shop.count("sent", "dead_letters") == (3, 0)


def test_leavers_are_deleted_one_to_a_call_and_who_is_gone_already_is_as_good(tables):
    shop = tables("leavers", *(row(f"p{n}", "gold") for n in range(20)), **LEAVERS)

    shop.deliver(*(person(f"p{n}", "REMOVE") for n in range(5, 25)))

    assert tiers(shop) == {f"C-p{n}": ("gold", None) for n in range(5)}
    assert [call["recipients"] for call in shop.calls(DELETE)] == [1] * 15
    assert shop.count("removed", "dead_letters") == (20, 0)


def test_who_cannot_be_found_is_not_sent(tables):
    shop = tables("unkeyed", key=["CUSTOMER"])

    shop.deliver({**person("ada", tier="gold"), "identifiers": {"email": "ada@example.com"}})

    assert shop.calls() == []
    assert shop.letters() == {
        "ada": 'Invalid: identifier or variable "crm_id" is missing, by which the row is found'
    }


def test_of_coming_and_leaving_while_both_waited_the_newest_counts(tables):
    shop = tables("newest", row("ada", "gold"), **LEAVERS)
    shop.pause()
    shop.send(
        person("ada", "REMOVE", at=2),
        person("ada", "UPDATE", at=1, tier="silver"),
        person("bob", "REMOVE", at=1),
        person("bob", "ADD", at=2, tier="gold"),
    )
    shop.waits(2)
    shop.resume()
    shop.settled()

    assert tiers(shop) == {"C-bob": ("gold", None)}
    assert [call["recipients"] for call in shop.calls()] == [1, 1]
    assert shop.count("coalesced", "sent", "removed") == (2, 1, 1)


def test_a_call_whose_outcome_is_unknown_is_simply_made_again(tables):
    merged, deleted = (tables(name, row("ada", "gold"), **LEAVERS) for name in ("lost-merge", "lost-delete"))
    fault = {"kind": "close", "when": "after", "times": 1}
    merged.faults({**fault, "function": MERGE}, {**fault, "function": DELETE})

    merged.send(person("ada", tier="silver"))
    deleted.send(person("ada", "REMOVE"))
    merged.settled()
    deleted.settled()

    assert merged.emulator.fired() == 2
    assert (tiers(merged), tiers(deleted)) == ({"C-ada": ("silver", None)}, {})
    assert (merged.count("sent", "dead_letters"), deleted.count("removed", "dead_letters")) == (
        (1, 0),
        (1, 0),
    )


def test_without_its_table_a_destination_is_held_until_somebody_resumes_it(tables):
    shop = tables("tableless", table="OTHER")
    shop.send(person("ada", tier="gold"))

    assert shop.held().startswith("RESOURCE_NOT_FOUND: ")
    shop.waits(1)
    fields = {"CUSTOMER": "STR100", "TIER": "STR25"}
    shop.order("tables", tables=[{"name": "OTHER", "fields": fields, "primary_key": ["CUSTOMER"]}])
    shop.run("resume", "destination:tableless")
    shop.settled()

    assert shop.table("OTHER", "CUSTOMER", "TIER") == {"C-ada": ("gold",)}
    assert shop.count("sent", "dead_letters") == (1, 0)
