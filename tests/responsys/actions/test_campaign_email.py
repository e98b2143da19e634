"""campaign_email: bodies as in Oracle's api-v1.3-campaigns-campaignName-email-post.htm."""

from dataclasses import replace

import pytest

from pipeline.errors import OutcomeUnknown
from pipeline.model.call import Call, Rejection
from pipeline.model.destination import Destination
from pipeline.records.record_reading import destination as read_destination
from pipeline.responsys.actions.campaign_email import CampaignEmail
from schemas.campaign_email import CampaignEmail as Options

EMAIL = CampaignEmail
NO_ADDRESS = '"email" for EMAIL_ADDRESS_ is not an e-mail address that can be sent to'
WELCOME = {"audience": "new-buyers", "connector": "acme", "action": "campaign_email", "campaign": "WELCOME"}


def welcome(**options) -> Destination:
    return read_destination("welcome", Options().load({**WELCOME, **options}))


def send(connector, destination, rows):
    """Return the one call that is made for rows."""
    (step,) = EMAIL(connector, destination).steps(rows)
    return step.call(rows)


def records(call):
    return call.body["mergeTriggerRecordData"]["mergeTriggerRecords"]


def test_every_entering_is_sent_to_and_only_that():
    assert (EMAIL.coalesces, EMAIL.functions[0], welcome().call_types) == (
        False,
        "mergeTriggerEmail",
        ("ADD",),
    )


def test_an_e_mail_is_never_sent_twice_by_itself(connector, make_activation):
    (step,) = EMAIL(connector, welcome()).steps([make_activation()])

    assert (step.name, step.function, step.repeatable) == ("email", "mergeTriggerEmail", False)


def test_rows_become_records_with_their_fields_as_variables_of_the_template(connector, make_activation):
    rows = [
        make_activation(
            variables={"first_name": "Zoë", "points": 7, "vip": True, "none": None, "other": "x"}
        ),
        make_activation({"email": " bob@example.com "}, profile="p-2"),
    ]
    destination = welcome(fields={"first_name": "FIRST", "points": "points", "vip": "vip", "none": "none"})

    assert send(connector, destination, rows) == Call(
        function="mergeTriggerEmail",
        path="/rest/api/v1.3/campaigns/WELCOME/email",
        body={
            "mergeTriggerRecordData": {
                "fieldNames": ["EMAIL_ADDRESS_"],
                "mergeTriggerRecords": [
                    {
                        "fieldValues": ["ada@example.com"],
                        "optionalData": [
                            {"name": "FIRST", "value": "Zoë"},
                            {"name": "points", "value": "7"},
                            {"name": "vip", "value": "true"},
                            {"name": "none", "value": None},
                        ],
                    },
                    {"fieldValues": ["bob@example.com"], "optionalData": []},
                ],
            },
            "mergeRule": {
                "insertOnNoMatch": False,
                "updateOnMatch": "NO_UPDATE",
                "matchColumnName1": "EMAIL_ADDRESS_",
                "matchColumnName2": None,
                "matchOperator": "NONE",
                "optinValue": "I",
                "optoutValue": "O",
                "htmlValue": "H",
                "textValue": "T",
                "rejectRecordIfChannelEmpty": None,
                "defaultPermissionStatus": "OPTOUT",
            },
        },
    )


@pytest.mark.parametrize(("status", "default"), [("optin", "OPTIN"), ("optout", "OPTOUT")])
def test_people_are_added_with_the_status_that_the_operator_gave(connector, make_activation, status, default):
    call = send(connector, welcome(insert_on_no_match=True, new_members=status), [make_activation()])

    rule = call.body["mergeRule"]
    assert (rule["insertOnNoMatch"], rule["defaultPermissionStatus"]) == (True, default)


@pytest.mark.parametrize("options", [{}, {"insert_on_no_match": True, "new_members": "optin"}])
def test_members_who_are_there_are_not_changed(connector, make_activation, options):
    """Whether the default status also falls on them is not documented."""
    call = send(connector, welcome(**options), [make_activation()])

    assert call.body["mergeRule"]["updateOnMatch"] == "NO_UPDATE"
    assert call.body["mergeTriggerRecordData"]["fieldNames"] == ["EMAIL_ADDRESS_"]


def test_the_address_may_be_a_variable(connector, make_activation):
    row = make_activation({"crm_id": "C-9"}, {"work": "ada@work.example"})
    destination = welcome(email_field="work")

    assert EMAIL(connector, destination).problem(row) is None
    assert records(send(connector, destination, [row]))[0]["fieldValues"] == ["ada@work.example"]


def test_a_field_may_be_an_identifier(connector, make_activation):
    row = make_activation({"email": "ada@example.com", "crm_id": "C-9"})

    assert records(send(connector, welcome(fields={"crm_id": "CUSTOMER"}), [row]))[0]["optionalData"] == [
        {"name": "CUSTOMER", "value": "C-9"}
    ]


def test_names_are_percent_encoded_and_the_family_of_the_api_is_the_connectors(connector, make_activation):
    call = send(replace(connector, api="async"), welcome(campaign="[TEST] ü?"), [make_activation()])

    assert call.path == "/rest/asyncApi/v1.3/campaigns/%5BTEST%5D%20%C3%BC%3F/email"


@pytest.mark.parametrize(
    ("identifiers", "variables", "problem"),
    [
        ({"email": "ada@example.com"}, {}, None),
        ({"email": " ada@example.com "}, {}, None),
        ({"crm_id": "C-9"}, {}, '"email" for EMAIL_ADDRESS_ is missing'),
        ({}, {"email": None}, '"email" for EMAIL_ADDRESS_ is missing'),
        ({}, {"email": " "}, '"email" for EMAIL_ADDRESS_ is missing'),
        ({}, {"email": "ada"}, NO_ADDRESS),
        ({"email": "ada@example"}, {}, NO_ADDRESS),
        ({}, {"email": 7}, NO_ADDRESS),
    ],
)
def test_an_address_that_would_spoil_the_call_for_others_is_a_problem_of_its_row(
    connector, make_activation, identifiers, variables, problem
):
    assert EMAIL(connector, welcome()).problem(make_activation(identifiers, variables)) == problem


def test_rows_share_a_call_whatever_fields_they_have(connector, make_activation):
    """Every record has its own."""
    destination = welcome(fields=["tier"])

    assert EMAIL(connector, destination).shape(make_activation()) == ""
    assert EMAIL(connector, destination).shape(make_activation(variables={"tier": "gold"})) == ""


def test_a_snapshot_looks_at_what_is_sent(connector):
    destination = welcome(email_field="work", fields={"tier": "TIER"})

    assert EMAIL(connector, destination).attributes() == {"work", "tier"}


def test_results_are_read_in_order(connector, make_activation):
    """Success, an unknown person and one who cannot be reached, as recorded."""
    rows = [make_activation()] * 3
    (step,) = EMAIL(connector, welcome()).steps(rows)
    undeliverable = "RECIPIENT_STATUS_UNDELIVERABLE: Recipient deliverability status is undeliverable"
    answer = [
        {"errorMessage": None, "success": True, "recipientId": 364470001},
        {"errorMessage": "NO_RECIPIENT_FOUND: Recipient Not Found", "success": False, "recipientId": -1},
        {"errorMessage": undeliverable, "success": False, "recipientId": -1},
    ]

    assert step.verdicts(rows, answer) == [
        None,
        Rejection("NO_RECIPIENT_FOUND", "Recipient Not Found"),
        Rejection("RECIPIENT_STATUS_UNDELIVERABLE", "Recipient deliverability status is undeliverable"),
    ]


def test_an_answer_that_does_not_fit_is_unknown(connector, make_activation):
    rows = [make_activation()] * 2
    (step,) = EMAIL(connector, welcome()).steps(rows)

    with pytest.raises(OutcomeUnknown, match="1 result for 2 recipients"):
        step.verdicts(rows, [{"errorMessage": None, "success": True, "recipientId": 1}])


def test_the_fields_are_also_kept_in_a_table_for_those_who_were_sent_to(connector, make_activation):
    """The table is looked after first: were it to fail later, mails would be out already."""
    destination = welcome(fields={"tier": "Tier", "points": "POINTS"}, fields_table="WELCOMED")
    rows = [make_activation(variables={"tier": "gold", "points": 7})]
    look, make, send, keep = EMAIL(connector, destination).steps(rows)

    assert [(step.function, step.repeatable, bool(step.sets_up)) for step in (look, make, send, keep)] == [
        ("retrieveProfileExtensions", True, True),
        ("createProfileExtension", True, True),
        ("mergeTriggerEmail", False, False),
        ("mergeProfileExtensionMembers", True, False),
    ]
    assert set(EMAIL.functions) == {step.function for step in (look, make, send, keep)}
    assert keep.name == "fields, after the e-mail was sent"
    assert make.call(rows).body == {
        "profileExtension": {"objectName": "WELCOMED", "folderName": "Main"},
        "fields": [
            {"fieldName": "POINTS", "fieldType": "STR500"},
            {"fieldName": "TIER", "fieldType": "STR500"},
        ],
    }
    assert keep.call(rows) == Call(
        function="mergeProfileExtensionMembers",
        path="/rest/api/v1.3/lists/CONTACTS_LIST/listExtensions/WELCOMED/members",
        body={
            "recordData": {
                "fieldNames": ["EMAIL_ADDRESS_", "POINTS", "TIER"],
                "records": [["ada@example.com", "7", "gold"]],
                "mapTemplateName": None,
            },
            "insertOnNoMatch": True,
            "updateOnMatch": "REPLACE_ALL",
            "matchColumnName1": "EMAIL_ADDRESS",
            "matchColumnName2": None,
        },
    )


def test_the_table_may_be_in_a_folder_of_its_own(connector, make_activation):
    destination = welcome(fields=["tier"], fields_table="WELCOMED", table_folder="Tables")
    rows = [make_activation(variables={"tier": "gold"})]

    make = EMAIL(connector, destination).steps(rows)[1]
    assert make.call(rows).body["profileExtension"] == {"objectName": "WELCOMED", "folderName": "Tables"}


def test_rows_with_other_fields_go_into_the_table_by_another_call(connector, make_activation):
    """A column that a row does not have must not be blanked."""
    destination = welcome(fields=["tier", "points"], fields_table="WELCOMED")
    rows = [
        make_activation(variables={"tier": "gold", "points": 7}),
        make_activation(variables={"points": 7, "tier": None}),
        make_activation(),
    ]

    assert [EMAIL(connector, destination).shape(row) for row in rows] == ["POINTS TIER", "POINTS", ""]


def test_rows_without_fields_are_only_sent_to(connector, make_activation):
    destination = welcome(fields=["tier"], fields_table="WELCOMED")

    assert [step.name for step in EMAIL(connector, destination).steps([make_activation()])] == ["email"]


def test_a_changed_record_counts_at_once(connector, make_activation):
    rows = [make_activation()]
    send(connector, welcome(), rows)

    assert send(connector, welcome(campaign="HELLO"), rows).path == "/rest/api/v1.3/campaigns/HELLO/email"
