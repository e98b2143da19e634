"""program_entry: the calls of its steps, without I/O."""

import json

import pytest
from marshmallow import ValidationError
from msgspec.structs import replace

from pipeline.errors import OutcomeUnknown
from pipeline.model.activation import Activation
from pipeline.model.call import Rejection
from pipeline.records.record_reading import destination as read_destination
from pipeline.responsys.actions.program_entry import ProgramEntry
from pipeline.responsys.client import encoded
from pipeline.responsys.needs import Event, ListColumns, NeededExtensionTable
from schemas.program_entry import ProgramEntry as Options

OPTIONS = {
    "audience": "nurture-crm",
    "connector": "acme",
    "action": "program_entry",
    "event": "NURTURE_CRM",
    "identifiers": {"riid": "RIID_", "email": "EMAIL_ADDRESS_"},
    "match_column_1": ["RIID_", "EMAIL_ADDRESS_"],
    "columns": {"first_name": "FIRST_NAME", "salesforce_id": "SFDC_ID"},
    "fields": {"company": "COMPANY"},
    "insert_on_no_match": True,
    "new_members": "optin",
}
LEAD = "00Q000000000001AAA"
MERGED = {"recordData": {"fieldNames": ["RIID_"], "records": [["470515001"], ["MERGEFAILED: Record 1 = NO"]]}}


def entry(**options):
    return read_destination("nurture", Options().load({**OPTIONS, **options}))


def lead(name="ada", **identifiers):
    given = {"email": f"{name}@example.com", "salesforce_id": LEAD, **identifiers}
    return Activation("nurture-crm", "person:1", "ADD", given, {"first_name": "Ada", "company": "Acme"})


@pytest.fixture
def action(connector):
    return lambda **options: ProgramEntry(connector, entry(**options))


def steps_of(action, *rows):
    return {step.name: step for step in action.steps(rows) if step.sets_up is None}


def body(step, *rows):
    return json.loads(encoded(step.call(rows)))


def test_merge_fields_and_event_follow_one_another(action):
    steps = steps_of(action(), lead())

    assert {name: (step.function, step.repeatable) for name, step in steps.items()} == {
        "merge": ("mergeListMembers", True),
        "fields": ("mergeProfileExtensionMembers", True),
        "event": ("triggerCustomEvent", False),
    }
    assert steps_of(action(fields={}), lead()).keys() == {"merge", "event"}


def test_the_merge_adds_people_by_their_address_and_tells_their_riids(action):
    merge = steps_of(action(), lead())["merge"]
    rows = [lead(), lead("bob")]

    assert body(merge, *rows)["recordData"] == {
        "fieldNames": ["EMAIL_ADDRESS_", "FIRST_NAME", "SFDC_ID"],
        "records": [["ada@example.com", "Ada", LEAD], ["bob@example.com", "Ada", LEAD]],
        "mapTemplateName": None,
    }
    assert body(merge, *rows)["mergeRule"]["insertOnNoMatch"] is True
    assert merge.verdicts(rows, MERGED) == [None, Rejection("MERGEFAILED", "NO")]
    assert merge.learn(rows, MERGED) == {0: {"riid": "470515001"}}


def test_fields_and_event_are_addressed_by_the_riid_that_the_merge_told(action):
    row = lead(riid="470515001")
    steps = steps_of(action(), row)

    assert body(steps["fields"], row)["matchColumnName1"] == "RIID"
    assert body(steps["fields"], row)["recordData"]["records"] == [["470515001", "Acme"]]
    (recipient,) = body(steps["event"], row)["recipientData"]
    assert recipient["recipient"]["recipientId"] == 470515001
    assert {each["name"] for each in recipient["optionalData"]} == {
        "profileId",
        "callType",
        "first_name",
        "company",
    }


def test_variables_with_names_of_responsys_are_no_properties_of_the_event(action):
    row = replace(lead(riid="470515001"), variables={"EMAIL_ADDRESS_": "a@example.com", "callType": "x"})
    (recipient,) = body(steps_of(action(), row)["event"], row)["recipientData"]

    assert recipient["optionalData"] == [
        {"name": "profileId", "value": "person:1"},
        {"name": "callType", "value": "ADD"},
    ]


def test_a_result_for_another_person_is_an_unknown_outcome(action):
    row = lead(riid="470515001")

    with pytest.raises(OutcomeUnknown):
        steps_of(action(), row)["event"].verdicts(
            [row], [{"errorMessage": None, "success": True, "recipientId": 470515002}]
        )


def test_rows_of_one_person_never_share_a_call_and_each_shape_has_one(action):
    by_email, by_riid = lead(), lead(riid="1")

    assert action().recipient(by_email) == action().recipient(replace(by_email, id="other"))
    assert action().recipient(by_email) != action().recipient(by_riid)
    assert action().shape(by_email) != action().shape(by_riid)
    assert action().problem(replace(by_email, identifiers={})) is not None


def test_it_needs_columns_table_and_event(action):
    columns, table, event = action().needs()

    assert columns == ListColumns(
        {"RIID_": None, "EMAIL_ADDRESS_": None, "FIRST_NAME": None, "SFDC_ID": None}
    )
    assert isinstance(table, NeededExtensionTable)
    assert (table.name, table.columns) == ("Activation_User_Fields_nurture", {"COMPANY": "STR500"})
    assert event == Event("NURTURE_CRM")


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"new_members": None}, "new_members"),
        ({"match_column_1": "CUSTOMER_ID_"}, "match_column_1"),
        ({"match_column_1": ["RIID_"]}, "insert_on_no_match"),
        ({"call_types": ["REMOVE"]}, "call_types"),
        ({"permission": "optin"}, "permission"),
    ],
)
def test_options_that_cannot_be(changes, option):
    given = {name: value for name, value in {**OPTIONS, **changes}.items() if value is not None}
    with pytest.raises(ValidationError) as refused:
        Options().load(given)

    assert list(refused.value.messages) == [option]


def test_people_who_leave_enter_nothing_and_updates_only_when_asked_for():
    assert entry().call_types == ("ADD",)
    assert entry(call_types=["UPDATE", "ADD"]).call_types == ("ADD", "UPDATE")
