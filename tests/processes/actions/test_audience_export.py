"""People go into the list, their fields and their membership into tables."""

from tests.processes.actions.company import member, person
from tests.processes.environment import until

INSERTING = {"insert_on_no_match": True, "new_members": "optin"}
MERGE, LOOK, MAKE, FILL = (
    "mergeListMembers",
    "retrieveProfileExtensions",
    "createProfileExtension",
    "mergeProfileExtensionMembers",
)
MISFIT = 'The value "1w" is not valid for the field type INTEGER'


def test_people_go_into_the_list_then_their_fields_and_their_membership_into_tables(exports):
    """The tables are made first, since they are not there."""
    shop = exports(
        "steps",
        members=[member("ada", FIRST_NAME="Ada", TIER="gold")],
        columns={"first_name": "FIRST_NAME"},
        fields={"tier": "TIER", "points": {"column": "POINTS", "type": "INTEGER"}},
        memberships={"steps": "LAPSED", "others": "OTHERS"},
        **INSERTING,
    )

    shop.deliver(
        person("ada", first_name="Augusta", tier="silver", points=7),
        person("bob", first_name="Bob", tier="gold", points=8),
        together=True,
    )

    assert shop.members("EMAIL_ADDRESS_", "FIRST_NAME", "TIER") == {
        "C-ada": ("ada@example.com", "Augusta", "gold"),
        "C-bob": ("bob@example.com", "Bob", None),
    }
    fields = shop.extension("Activation_User_Fields_steps", "TIER", "POINTS")
    assert fields == {"C-ada": ("silver", "7"), "C-bob": ("gold", "8")}
    members = shop.extension("Activation_Segments", "LAPSED", "OTHERS")
    assert members == {"C-ada": ("1", None), "C-bob": ("1", None)}
    assert [call["function"] for call in shop.calls()] == [MERGE, MAKE, FILL, MAKE, FILL]
    assert shop.count("sent", "removed", "dead_letters") == (2, 0, 0)


def test_a_batch_with_three_sets_of_columns_makes_three_calls(exports):
    """What an activation does not carry is neither sent nor blanked."""
    known = {name: member(name, FIRST_NAME=name, TIER="old") for name in "abcdef"}
    shop = exports("columns", members=known.values(), columns={"first_name": "FIRST_NAME", "tier": "TIER"})
    shop.pause()
    shop.send(
        person("a", first_name="A"),
        person("b", tier="new"),
        person("c"),
        person("d", tier="new"),
        person("e", first_name="E"),
        person("f", first_name="F", tier=None),
    )
    shop.waits(6)
    shop.resume()
    shop.settled()

    columns = [
        (sorted(records[0]), sorted(record["CUSTOMER_ID_"] for record in records))
        for records in shop.sent(MERGE)
    ]
    keys = ["CUSTOMER_ID_", "EMAIL_ADDRESS_"]
    assert sorted(columns) == [
        (keys, ["C-c"]),
        ([*keys, "FIRST_NAME"], ["C-a", "C-e", "C-f"]),
        ([*keys, "TIER"], ["C-b", "C-d"]),
    ]
    assert shop.members("FIRST_NAME", "TIER") == {
        "C-a": ("A", "old"),
        "C-b": ("b", "new"),
        "C-c": ("c", "old"),
        "C-d": ("d", "new"),
        "C-e": ("E", "old"),
        "C-f": ("F", "old"),
    }


def test_a_row_that_fails_a_step_takes_no_part_in_the_next_and_its_dead_letter_names_the_step(exports):
    """Replayed after the cause is gone, it goes all the way."""
    points = {
        "column": "POINTS",
        "type": "STR500",
    }  # so that Responsys, and not the program, finds the misfit
    tables = [
        {"name": "FIELDS", "fields": {"POINTS": "INTEGER"}},
        {"name": "AUDIENCES", "fields": {"LAPSED": "STR25"}},
    ]
    shop = exports(
        "failing",
        members=[*map(member, ("ada", "bob", "twin", "cy")), {"customer_id": "C-twin"}],
        extensions=tables,
        columns={"rank": "POINTS"},
        fields={"points": points},
        fields_table="FIELDS",
        memberships={"failing": "LAPSED"},
        memberships_table="AUDIENCES",
    )

    shop.deliver(
        person("ada", rank=1, points=1),
        person("bob", rank="1w", points=1),
        person("twin", rank=1, points=1),
        person("new", rank=1, points=1),
        person("cy", rank=1, points="1w"),
    )

    assert shop.letters() == {
        "bob": f"MERGEFAILED: merge: column POINTS: INVALID_PARAMETER: {MISFIT}",
        "twin": "MERGEFAILED: merge: MULTIPLE_RECIPIENTS_FOUND: several records match",
        "new": "MERGEFAILED: merge: RECORD_NOT_FOUND: No records found",
        "cy": f"MERGEFAILED: fields: column POINTS: INVALID_PARAMETER: {MISFIT}",
    }
    assert shop.extension("FIELDS", "POINTS") == {"C-ada": ("1",)}
    assert shop.extension("AUDIENCES", "LAPSED") == {"C-ada": ("1",)}
    assert shop.count("sent", "rejected", "dead_letters") == (1, {"MERGEFAILED": 4}, 4)

    shop.order("members", members=[member("new")])
    shop.order("extensions", extensions=[{"name": "FIELDS", "fields": {"POINTS": "STR25"}}])
    shop.replay()

    assert sorted(shop.letters()) == ["bob", "twin"]
    assert shop.extension("FIELDS", "POINTS") == {"C-new": ("1",), "C-cy": ("1w",)}
    assert shop.extension("AUDIENCES", "LAPSED") == {"C-ada": ("1",), "C-new": ("1",), "C-cy": ("1",)}
    assert shop.count("sent", "dead_letters") == (3, 2)


def test_what_cannot_be_sent_to_responsys_never_is(exports):
    shop = exports("invalid", members=[member("ada")])
    no_id = {**person("bob"), "identifiers": {"email": "bob@example.com"}}
    no_address = {**person("cy"), "identifiers": {"crm_id": "C-cy", "email": "cy at example.com"}}

    shop.deliver(person("ada"), no_id, no_address)

    assert shop.letters() == {
        "bob": 'Invalid: "crm_id" for CUSTOMER_ID_ is missing',
        "cy": 'Invalid: "email" for EMAIL_ADDRESS_ is not an e-mail address that can be sent to',
    }
    assert shop.count("sent", "rejected") == (1, {"Invalid": 2})
    assert [len(records) for records in shop.sent(MERGE)] == [1]


def test_many_batches_of_several_workers_make_a_table_once(exports):
    shop = exports("once", max_rows=10, memberships={"once": "LAPSED"}, **INSERTING)
    shop.fault("latency", MAKE, seconds=0.3, when="after")

    shop.deliver(*(person(f"p{n}") for n in range(200)), together=True)

    assert shop.extension("Activation_Segments", "LAPSED") == {f"C-p{n}": ("1",) for n in range(200)}
    assert shop.emulator.outcomes("once", MAKE) == {"answered": 1}
    assert shop.emulator.outcomes("once", LOOK) == {"answered": 1}
    assert len(shop.calls(MERGE)) == 20
    assert shop.count("sent", "dead_letters") == (200, 0)


def test_a_table_that_cannot_be_made_holds_the_destination_until_somebody_has_made_it(exports):
    """What was merged before is not merged again."""
    shop = exports(
        "absent",
        members=[member("ada")],
        connector={"list_folder": "Nowhere"},
        memberships={"absent": "LAPSED"},
    )
    shop.send(person("ada"))

    assert shop.held() == "FOLDER_NOT_FOUND: Nowhere Folder Not Found"
    shop.waits(1)
    shop.order("extensions", extensions=[{"name": "Activation_Segments", "fields": {"LAPSED": "STR25"}}])
    shop.run("resume", "destination:absent")
    shop.settled()

    assert shop.extension("Activation_Segments", "LAPSED") == {"C-ada": ("1",)}
    assert len(shop.calls(MERGE)) == 1
    assert shop.count("sent", "dead_letters") == (1, 0)


def test_a_destination_may_be_changed_while_a_batch_of_it_is_held_half_way(exports):
    """What is new for the batch is done as well, and nothing is taken for done."""
    shop = exports(
        "changed",
        members=[member("ada")],
        extensions=[
            {"name": "FIELDS", "fields": {"TIER": "STR25"}},
            {"name": "AUDIENCES", "fields": {"RIGHT": "STR25"}},
        ],
        fields={"tier": "TIER"},
        fields_table="FIELDS",
        memberships={"changed": "WRONG"},
        memberships_table="AUDIENCES",
    )
    shop.send(person("ada", tier="gold"))
    assert shop.held() == (
        'INVALID_FIELD_NAME: table "AUDIENCES" has no column WRONG: add what is missing in Responsys'
    )

    keys = ("action", "identifiers", "match_column_1", "memberships_table")
    kept = {key: shop.destinations["changed"][key] for key in keys}
    shop.configure(**kept, memberships={"changed": "RIGHT"})
    shop.run("resume", "destination:changed")
    shop.settled()

    assert shop.extension("AUDIENCES", "RIGHT") == {"C-ada": ("1",)}
    assert shop.count("sent", "dead_letters") == (1, 0)


def test_a_throttled_extension_table_does_not_stop_list_merges_of_other_destinations(exports):
    shop = exports("throttled", members=[member("ada"), member("bob")], memberships={"throttled": "LAPSED"})
    shop.configure(
        "unthrottled",
        action="audience_export",
        identifiers={"crm_id": "CUSTOMER_ID_"},
        match_column_1="CUSTOMER_ID_",
        columns={"tier": "TIER"},
    )
    shop.fault("error", FILL, errorCode="API_LIMIT_EXCEEDED")
    shop.send(person("ada"))
    until(lambda: shop.emulator.outcomes("throttled", FILL))

    shop.send(person("bob", tier="gold"), audience="unthrottled")
    until(lambda: shop.members("TIER") == {"C-ada": (None,), "C-bob": ("gold",)})
    assert (shop.extension("Activation_Segments", "LAPSED"), shop.waiting()) == ({}, 1)

    shop.emulator.order("faults", [])
    shop.settled()
    assert shop.extension("Activation_Segments", "LAPSED") == {"C-ada": ("1",)}
    assert shop.letters() == {}


def test_a_merge_whose_outcome_is_unknown_is_simply_sent_again(exports):
    faults = {
        "closed": {"kind": "close", "when": "after"},
        "short": {"kind": "short"},
        "unavailable": {"kind": "error", "errorCode": "SERVICE_UNAVAILABLE"},
    }
    cases = {f"{name}-{step}": (function, fault)
             for name, fault in faults.items()
             for step, function in (("merge", MERGE), ("fill", FILL))}  # fmt: skip
    shops = [
        exports(name, members=[member("ada"), member("bob")], memberships={name: "LAPSED"}) for name in cases
    ]
    rules = [
        {"account": name, "function": function, "times": 1, **fault}
        for name, (function, fault) in cases.items()
    ]
    shops[0].faults(*rules)

    for shop in shops:
        shop.send_together(person("ada"), person("bob"))
    for shop in shops:
        shop.settled()

    assert shops[0].emulator.fired() == len(shops)
    tables = [shop.extension("Activation_Segments", "LAPSED") for shop in shops]
    assert tables == [{"C-ada": ("1",), "C-bob": ("1",)}] * len(shops)
    assert [shop.count("sent", "dead_letters") for shop in shops] == [(2, 0)] * len(shops)
    merges = [sum(shop.emulator.outcomes(shop.name, MERGE).values()) for shop in shops]
    assert merges == [2, 1] * len(faults)
