"""audience_export against the Responsys emulator, all steps of it."""

import pytest

from pipeline.errors import Held, OutcomeUnknown
from pipeline.model.call import Done, Rejection
from tests.responsys.actions.exports import ACTION, export, row

AUDIENCES = ["lapsed-buyers", "vip"]
BOTH = {"fields": {"tier": "TIER", "points": {"type": "INTEGER"}}, "memberships": AUDIENCES}
BY_EMAIL = {"match_column_1": "EMAIL_ADDRESS_", "extension_identifiers": ["EMAIL_ADDRESS_"]}
ADDING = {"insert_on_no_match": True, "new_members": "optout"}
NOT_IN_LIST = Rejection("MERGEFAILED", "RECORD_NOT_FOUND: No records found")


@pytest.fixture
def find(emulator):
    """Reads columns of a person by e-mail address: of the list, or of a table; None when there is no row."""

    def find(number, *columns, table=None):
        place = f"listExtensions/{table}/members" if table else "members"
        query = f"qa=e&id=demo-{number}@example.com&fs={','.join(columns)}"
        answer = emulator.get(f"/v1.3/lists/CONTACTS_LIST/{place}?{query}", emulator.login()).json()
        records = answer.get("recordData", {}).get("records", [None])
        assert len(records) == 1
        return records[0]

    return find


@pytest.fixture
def fields(find):
    return lambda number: find(number, "TIER", "POINTS", table="Activation_User_Fields_lapsed")


@pytest.fixture
def flags(find):
    return lambda number: find(number, "LAPSED_BUYERS", "VIP", table="Activation_Segments")


def test_people_enter_with_their_columns_fields_and_membership(emulator, run, find, fields, flags):
    destination = export(columns={"city": "CITY_"}, **ADDING, **BOTH)
    rows = [row(n, city="Zürich", tier="gold 🚀", points=float(n)) for n in (1, 100)]

    assert run(ACTION, destination, *rows) == [None, None]
    assert find(100, "CUSTOMER_ID_", "CITY_") == ["C-100", "Zürich"]
    assert (fields(100), flags(100)) == (["gold 🚀", "100"], ["1", None])
    assert emulator.violations() == []


def test_a_column_that_a_row_does_not_carry_keeps_its_value(emulator, run, find, fields):
    destination = export(columns={"city": "CITY_", "state": "STATE_"}, **BY_EMAIL, **BOTH)
    run(ACTION, destination, row(1, city="Bern", state="BE", tier="gold", points=1))

    assert run(ACTION, destination, row(1, "UPDATE", city="Basel", points=2)) == [None]
    assert (find(1, "CITY_", "STATE_"), fields(1)) == (["Basel", "BE"], ["gold", "2"])
    assert emulator.violations() == []


def test_who_is_not_in_the_list_is_not_added_unless_that_is_wanted(emulator, run, find, flags):
    rows = [row(100), row(1)]
    destination = export(**BY_EMAIL, **BOTH)

    assert run(ACTION, destination, *rows) == [NOT_IN_LIST, None]
    assert (find(100, "RIID_"), flags(100), flags(1)) == (None, None, ["1", None])
    assert emulator.violations() == []


def test_a_row_that_fails_a_step_takes_no_part_in_the_next(emulator, run, flags):
    destination = export(**BY_EMAIL, **BOTH)
    rows = [row(1, points="many"), row(2, points=2)]

    assert run(ACTION, destination, *rows) == [
        Rejection(
            "MERGEFAILED", 'INVALID_PARAMETER: The value "many" is not valid for the field type INTEGER'
        ),
        None,
    ]
    assert (flags(1), flags(2)) == (None, ["1", None])
    assert emulator.violations() == []


@pytest.mark.parametrize("before", ["I", "O"])
@pytest.mark.parametrize(
    ("options", "variables", "known", "new"),
    [
        ({"new_members": "optin"}, {}, None, "I"),
        ({"new_members": "optout"}, {}, None, "O"),
        ({"permission": "optin"}, {}, "I", "I"),
        ({"permission": "optout"}, {}, "O", "O"),
        ({"permission": "consent"}, {"consent": "yes"}, "I", "I"),
        ({"permission": "consent"}, {"consent": False}, "O", "O"),
        ({"permission": "consent"}, {}, None, "O"),
    ],
)
def test_consent_is_changed_only_where_it_is_said(
    emulator, run, find, options, variables, known, new, before
):
    emulator.order(
        "members",
        {"members": [{"email": "demo-50@example.com", "fields": {"EMAIL_PERMISSION_STATUS_": before}}]},
    )
    destination = export(**BY_EMAIL, insert_on_no_match=True, columns={"city": "CITY_"}, **options)

    assert run(ACTION, destination, *[row(n, city="x", **variables) for n in (50, 100)]) == [None, None]
    assert find(50, "EMAIL_PERMISSION_STATUS_", "CITY_") == [known or before, "x"]
    assert find(100, "EMAIL_PERMISSION_STATUS_") == [new]
    assert emulator.violations() == []


@pytest.mark.parametrize("column", ["EMAIL_SHA256_HASH_", "EMAIL_MD5_HASH_"])
def test_people_are_found_by_the_hash_of_their_address(emulator, run, find, column):
    destination = export(identifiers={"email": column}, match_column_1=column, columns={"city": "CITY_"})

    assert run(ACTION, destination, row(1, city="Bern"), row(100, city="Bern")) == [None, NOT_IN_LIST]
    assert find(1, "CITY_") == ["Bern"]
    assert emulator.violations() == []


def test_people_are_found_by_recipient_id(emulator, run, find, flags):
    destination = export(
        identifiers={"riid": "RIID_"},
        match_column_1="RIID_",
        columns={"city": "CITY_"},
        memberships=AUDIENCES,
    )
    [riid] = find(3, "RIID_")

    assert run(ACTION, destination, row(3, identifiers={"riid": riid}, city="Bern")) == [None]
    assert (find(3, "CITY_"), flags(3)) == (["Bern"], ["1", None])
    assert emulator.violations() == []


def test_two_match_columns_must_both_fit(emulator, run, find):
    destination = export(match_column_2="EMAIL_ADDRESS_", **ADDING, columns={"city": "CITY_"})
    run(ACTION, destination, row(100, city="Bern"))

    assert run(ACTION, export(match_column_2="EMAIL_ADDRESS_"), row(100)) == [None]
    assert run(
        ACTION,
        export(match_column_2="EMAIL_ADDRESS_"),
        row(100, identifiers={"crm_id": "C-other", "email": "demo-100@example.com"}),
    ) == [NOT_IN_LIST]
    assert emulator.violations() == []


@pytest.mark.parametrize(
    ("way", "left"),
    [
        ("flag", (["gold", "7"], ["0", None])),
        ("blank", ([None, None], ["0", None])),
        ("delete_row", (None, ["0", None])),
    ],
)
def test_leaving_undoes_what_it_should_and_no_more(emulator, run, find, fields, flags, way, left):
    destination = export(**BY_EMAIL, **BOTH, on_remove=way)
    run(ACTION, destination, row(1, tier="gold", points=7))

    assert run(ACTION, destination, row(1, "REMOVE")) == [None]
    assert (fields(1), flags(1)) == left
    assert find(1, "EMAIL_ADDRESS_") == ["demo-1@example.com"]
    assert emulator.violations() == []


def test_leaving_may_delete_a_membership_that_is_alone_in_its_row(emulator, run, find):
    destination = export(**BY_EMAIL, memberships=["lapsed-buyers"], on_remove="delete_row")
    run(ACTION, destination, row(1))

    assert run(ACTION, destination, row(1, "REMOVE")) == [None]
    assert find(1, "LAPSED_BUYERS", table="Activation_Segments") is None
    assert emulator.violations() == []


@pytest.mark.parametrize("way", ["flag", "blank", "delete_row"])
def test_nobody_is_inserted_who_leaves(emulator, run, find, fields, flags, way):
    """Neither a stranger into the list, nor a member without rows into the tables; and both are done."""
    destination = export(**BY_EMAIL, **ADDING, **BOTH, on_remove=way)

    assert run(ACTION, destination, row(1, "REMOVE"), row(100, "REMOVE")) == [None, None]
    assert [find(100, "RIID_"), fields(1), flags(1), fields(100), flags(100)] == [None] * 5
    assert emulator.violations() == []


def test_a_table_that_is_there_is_not_made_again(emulator, run, fields):
    destination = export(**BY_EMAIL, **BOTH)
    run(ACTION, destination, row(1, tier="gold"))

    assert run(ACTION, destination, row(2, tier="silver")) == [None]
    assert (fields(1), fields(2)) == (["gold", None], ["silver", None])
    assert emulator.violations() == []


def test_a_table_that_lacks_a_column_holds_the_destination(run):
    run(ACTION, export(**BY_EMAIL, fields=["tier"]), row(1, tier="gold"))

    with pytest.raises(Held, match='_lapsed" has no column POINTS') as caught:
        run(ACTION, export(**BY_EMAIL, fields=["tier", "points"]), row(1, tier="gold"))
    assert caught.value.scope == "destination"


def test_a_folder_that_is_not_there_holds_the_destination(run):
    with pytest.raises(Held, match="FOLDER_NOT_FOUND"):
        run(ACTION, export(**BY_EMAIL, fields=["tier"], table_folder="Nowhere"), row(1, tier="gold"))


def test_a_merge_whose_answer_was_lost_may_be_sent_again(emulator, run, find):
    emulator.order("faults", [{"function": "mergeListMembers", "times": 1, "kind": "close", "when": "after"}])
    destination = export(**BY_EMAIL, columns={"city": "CITY_"})

    with pytest.raises(OutcomeUnknown):
        run(ACTION, destination, row(1, city="Bern"))
    assert run(ACTION, destination, row(1, city="Bern")) == [None]
    assert find(1, "CITY_") == ["Bern"]


@pytest.mark.parametrize("function", ["mergeListMembers", "mergeProfileExtensionMembers"])
@pytest.mark.parametrize("kind", ["short", "long"])
def test_an_answer_that_does_not_fit_is_unknown(emulator, run, function, kind):
    emulator.order("faults", [{"function": function, "kind": kind}])

    with pytest.raises(OutcomeUnknown):
        run(ACTION, export(**BY_EMAIL, **BOTH), row(1, tier=1), row(2, tier=2))


@pytest.mark.parametrize(("consent", "letter"), [("out", "O"), ("in", "I")])
def test_a_consent_writes_the_status_alone(emulator, run, find, consent, letter):
    """By RIID, else by address; nobody is added, and no other column is changed."""
    identifiers = {"riid": "RIID_", "email": "EMAIL_ADDRESS_", "crm_id": "CUSTOMER_ID_"}
    match = ["RIID_", "EMAIL_ADDRESS_"]
    destination = export(identifiers=identifiers, match_column_1=match, permission="consent")
    [riid], [email, customer] = find(3, "RIID_"), find(4, "EMAIL_ADDRESS_", "CUSTOMER_ID_")
    by_riid = row(3, "UPDATE", {"riid": riid, "email": "other@example.com"}, consent=consent)
    by_email = row(4, "UPDATE", {"email": email, "crm_id": "C-99"}, consent=consent)
    absent = row(100, "UPDATE", {"email": "demo-100@example.com"}, consent=consent)

    assert run(ACTION, destination, by_riid) == [None]
    assert run(ACTION, destination, by_email, absent) == [None, Done()]
    status = "EMAIL_PERMISSION_STATUS_"
    assert find(3, status, "EMAIL_ADDRESS_") == [letter, "demo-3@example.com"]
    assert find(4, status, "CUSTOMER_ID_") == [letter, customer]
    assert find(100, "RIID_") is None
    assert emulator.violations() == []
