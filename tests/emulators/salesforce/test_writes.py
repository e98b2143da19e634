import pytest

from tests.emulators.salesforce.conftest import code_of, error_of

LEAD = {"LastName": "Lovelace", "Company": "Engines"}


def create(salesforce, table="Lead", **fields):
    return salesforce.call("POST", f"/sobjects/{table}", LEAD | fields if table == "Lead" else fields)


@pytest.fixture
def lead(salesforce):
    (lead,) = salesforce.load("Lead", LEAD)
    return lead


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"LastName": None}, "REQUIRED_FIELD_MISSING"),
        ({"LastName": ""}, "REQUIRED_FIELD_MISSING"),
        ({"Nme": "x"}, "INVALID_FIELD"),
        ({"Name": "x"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"ConvertedContactId": None}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG"),
        ({"Email": "not an address"}, "INVALID_EMAIL_ADDRESS"),
        ({"HasOptedOutOfEmail": "yes"}, "JSON_PARSER_ERROR"),
        ({"OwnerId": "nobody"}, "MALFORMED_ID"),
        ({"OwnerId": "003000000000009AAA"}, "MALFORMED_ID"),
        ({"OwnerId": "00500000000000z"}, "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_values_that_are_refused(salesforce, fields, code):
    assert error_of(create(salesforce, **fields)) == (400, code)
    assert salesforce.ids("Lead") == []


def test_a_restricted_picklist(salesforce):
    line = "Tier__c picklist(20) restricted values=Gold|Silver"
    salesforce.order("fields", {"object": "Lead", "add": [line]})

    refused = create(salesforce, Tier__c="Lead")
    assert error_of(refused) == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert create(salesforce, Tier__c="Gold").status_code == 201


def test_a_record_from_its_creation_to_its_end(salesforce):
    answer = create(salesforce, Email="ada@x.com")
    lead = answer.json()["id"]
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(lead)

    assert salesforce.call("PATCH", f"/sobjects/Lead/{lead}", {"Email": None}).status_code == 204
    shown = salesforce.call("GET", f"/sobjects/Lead/{lead}?fields=Name,Email").json()
    assert (shown["Name"], shown["Email"], shown["Id"]) == ("Lovelace", None, lead)

    assert salesforce.call("DELETE", f"/sobjects/Lead/{lead}").status_code == 204
    gone = salesforce.call("PATCH", f"/sobjects/Lead/{lead}", {"City": "x"})
    assert error_of(gone) == (404, "ENTITY_IS_DELETED")


def test_upserts_create_update_and_refuse_several(salesforce):
    path = "/sobjects/Lead/Responsys_RIID__c/r%201"

    created = salesforce.call("PATCH", path, LEAD)
    updated = salesforce.call("PATCH", path, {"City": "London"})
    assert (created.status_code, created.json()["created"]) == (201, True)
    assert (updated.status_code, updated.json()["created"]) == (200, False)
    assert salesforce.record(created.json()["id"], "Lead")["Responsys_RIID__c"] == "r 1"

    line = "Email_Key__c string(80) external"
    salesforce.order("fields", {"object": "Lead", "add": [line]})
    salesforce.load("Lead", LEAD | {"Email_Key__c": "twice"}, LEAD | {"Email_Key__c": "twice"})
    several = salesforce.call("PATCH", "/sobjects/Lead/Email_Key__c/twice", {"City": "x"})
    assert several.status_code == 300
    assert len(several.json()) == 2


def test_an_upsert_that_must_not_create(salesforce):
    answer = salesforce.call("PATCH", "/sobjects/Lead/Responsys_RIID__c/1?updateOnly=true", LEAD)

    assert answer.status_code == 404
    assert salesforce.ids("Lead") == []


def test_an_upsert_by_a_field_that_is_no_external_id(salesforce):
    assert error_of(salesforce.call("PATCH", "/sobjects/Lead/City/x", LEAD)) == (404, "NOT_FOUND")


def test_a_unique_field_names_the_other_record(salesforce, lead):
    salesforce.edit("Lead", lead, Responsys_RIID__c="7")

    answer = create(salesforce, Responsys_RIID__c="7")
    assert error_of(answer) == (400, "DUPLICATE_VALUE")
    assert lead in answer.json()[0]["message"]


def test_a_collection_answers_row_by_row(salesforce, lead):
    good, bad, twice, gone = salesforce.update(
        "Lead",
        {"id": lead[:15], "City": "London"},
        {"id": "00Q00000000000x", "City": "x"},
        {"id": lead, "City": "Paris"},
        {"id": "x", "City": "x"},
    )

    assert good == {"id": lead, "success": True, "errors": []}
    assert code_of(bad) == "INVALID_CROSS_REFERENCE_KEY"
    assert code_of(twice) == "DUPLICATE_VALUE"
    assert code_of(gone) == "MALFORMED_ID"
    assert salesforce.record(lead, "Lead")["City"] == "London"


def test_all_or_none_takes_everything_back(salesforce, lead):
    good, bad = salesforce.update(
        "Lead", {"id": lead, "City": "London"}, {"id": "x", "City": "x"}, allOrNone=True
    )

    assert code_of(good) == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert code_of(bad) == "MALFORMED_ID"
    assert "City" not in salesforce.record(lead, "Lead")


def test_collections_of_more_than_200_and_of_many_runs_are_refused(salesforce):
    records = [{"attributes": {"type": "Lead"}, **LEAD}] * 201
    mixed = [{"attributes": {"type": kind}, **LEAD} for kind in ("Lead", "Contact") * 6]

    too_many = salesforce.call("POST", "/composite/sobjects", {"records": records})
    unsorted = salesforce.call("POST", "/composite/sobjects", {"records": mixed})
    assert (too_many.status_code, unsorted.status_code) == (400, 400)
    assert len(salesforce.violations()) == 2
    assert salesforce.ids("Lead") == []


def test_a_collection_is_upserted_by_an_external_id(salesforce):
    path = "/composite/sobjects/Lead/Responsys_RIID__c"
    record = {"attributes": {"type": "Lead"}, "Responsys_RIID__c": "1", **LEAD}

    created, repeated, keyless = salesforce.call(
        "PATCH", path, {"records": [record, record, {"attributes": {"type": "Lead"}, **LEAD}]}
    ).json()
    assert created["created"] is True
    assert code_of(repeated) == "DUPLICATE_VALUE"
    assert code_of(keyless) == "MISSING_ARGUMENT"


def test_many_records_are_read_and_deleted_by_id(salesforce, lead):
    body = {"ids": [lead, "00Q00000000000x"], "fields": ["LastName"]}
    rows = salesforce.call("POST", "/composite/sobjects/Lead", body).json()
    assert [row and row["LastName"] for row in rows] == ["Lovelace", None]

    (result,) = salesforce.call("DELETE", f"/composite/sobjects?ids={lead}&allOrNone=false").json()
    assert result["success"] is True
    assert salesforce.record(lead, "Lead")["IsDeleted"] is True


def test_a_composite_uses_earlier_answers(salesforce):
    parts = [
        {"method": "POST", "url": "/services/data/v66.0/sobjects/Lead", "referenceId": "new", "body": LEAD},
        {
            "method": "POST",
            "url": "/services/data/v66.0/sobjects/Task",
            "referenceId": "task",
            "body": {"Subject": "Call", "WhoId": "@{new.id}"},
        },
    ]
    answers = salesforce.call("POST", "/composite", {"compositeRequest": parts}).json()["compositeResponse"]

    assert [answer["httpStatusCode"] for answer in answers] == [201, 201]
    task = salesforce.record(answers[1]["body"]["id"], "Task")
    assert task["WhoId"] == answers[0]["body"]["id"]


def test_a_composite_of_all_or_none_halts_the_rest(salesforce):
    url = "/services/data/v66.0/sobjects/Lead"
    parts = [
        {"method": "POST", "url": url, "referenceId": "a", "body": LEAD},
        {"method": "POST", "url": url, "referenceId": "b", "body": {}},
    ]
    body = {"allOrNone": True, "compositeRequest": parts}
    first, second = salesforce.call("POST", "/composite", body).json()["compositeResponse"]

    assert first["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert second["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert salesforce.ids("Lead") == []


def test_a_composite_of_six_queries_is_refused(salesforce):
    url = "/services/data/v66.0/query?q=SELECT+Id+FROM+Lead"
    parts = [{"method": "GET", "url": url, "referenceId": f"q{n}"} for n in range(6)]

    assert salesforce.call("POST", "/composite", {"compositeRequest": parts}).status_code == 400


def test_times_of_deletions_and_updates(salesforce, lead):
    salesforce.order("clock", {"ahead": 120})
    now = salesforce.record(lead, "Lead")["SystemModstamp"]
    day = now[:10]
    window = f"start={day}T00:00:00Z&end=2099-01-01T00:00:00Z"

    updated = salesforce.call("GET", f"/sobjects/Lead/updated/?{window}").json()
    salesforce.order("delete", {"ids": [lead]})
    deleted = salesforce.call("GET", f"/sobjects/Lead/deleted/?{window}").json()
    assert updated["ids"] == [lead]
    assert [row["id"] for row in deleted["deletedRecords"]] == [lead]
    backwards = salesforce.call(
        "GET", "/sobjects/Lead/updated/?start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z"
    )
    assert error_of(backwards) == (400, "INVALID_REPLICATION_DATE")
