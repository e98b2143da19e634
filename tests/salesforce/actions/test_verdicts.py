"""Verdicts of rows and calls that go wrong, against an org of the emulator."""

import pytest

from pipeline.errors import Refused
from pipeline.lanes import limits
from pipeline.operate.activity import SYSTEM
from pipeline.operate.pausing import resume_record
from pipeline.salesforce.errors import error_of
from tests.salesforce.actions.writer import change

ADA = {"LastName": "Byron", "Email": "ada@example.com"}
FIELDS = {"fields": {"title": "Title", "riid": "Responsys_RIID__c"}}


@pytest.fixture
def contacts(org):
    return org.load("Contact", *[{"LastName": f"L{n}"} for n in range(3)])


def titles(org, contacts):
    return [org.record(each, "Contact").get("Title") for each in contacts]


def rows(contacts, **first):
    return [
        change(each, salesforce_id=each, title="x", **(first if n == 0 else {}))
        for n, each in enumerate(contacts)
    ]


@pytest.mark.parametrize("apex", [False, True])
def test_a_locked_record_is_written_later_and_the_others_at_once(writer, org, contacts, apex):
    org.order("settings", {"locks": [{"id": contacts[0], "times": 1, "apex": apex}]})
    writer.configure("record", **FIELDS)

    writer.deliver(*rows(contacts))
    assert titles(org, contacts) == [None, "x", "x"]

    writer.due()
    writer.deliver()
    assert titles(org, contacts) == ["x", "x", "x"]
    assert writer.numbers() == {"received": 3, "sent": 3}


def test_a_row_that_is_refused_tells_why_without_its_value(writer, org, contacts):
    value = "long and personal " * 10
    writer.configure("record", **FIELDS)

    writer.deliver(*rows(contacts[:2]), change("p3", salesforce_id=contacts[2], title=value))

    [(profile, code, detail)] = writer.letters()
    assert (profile, code) == ("p3", "STRING_TOO_LONG")
    assert detail == "write: Title: data value too large: [masked] (max length=128)"
    assert titles(org, contacts) == ["x", "x", None]


@pytest.mark.parametrize(("duplicates", "code"), [("refuse", ["DUPLICATES_DETECTED"]), ("allow", [])])
def test_duplicate_rules_are_heeded_unless_told_otherwise(writer, org, contacts, duplicates, code):
    org.load("Contact", {"LastName": "Other", "Title": "x"})
    org.order("settings", {"duplicate_rules": [{"object": "Contact", "field": "Title", "action": "alert"}]})
    writer.configure("record", duplicates=duplicates, **FIELDS)

    writer.deliver(*rows(contacts[:1]))

    assert [letter[1] for letter in writer.letters()] == code


def test_a_unique_value_of_another_record_is_refused(writer, org, contacts):
    org.edit("Contact", contacts[1], Responsys_RIID__c="470515001")
    writer.configure("record", **FIELDS)

    writer.deliver(*rows(contacts[:1], riid="470515001"))

    assert [letter[1] for letter in writer.letters()] == ["DUPLICATE_VALUE"]


def test_several_records_with_the_key_of_an_upsert(writer, org):
    org.order("fields", {"object": "Lead", "add": ["Responsys_RIID__c string(20) external"]})
    org.load("Lead", *[{"LastName": "A", "Company": "B", "Responsys_RIID__c": "7"}] * 2)
    org.order("objects", {"name": "Touch__c", "prefix": "a01", "fields": ["Key__c string(64) external"]})
    org.load("Touch__c", {"Key__c": "7"}, {"Key__c": "7"})
    writer.configure("record", objects=["Touch__c"], key_field="Key__c", fields={"key": "Key__c"})

    writer.deliver(change(key="7"))

    assert [letter[1] for letter in writer.letters()] == ["DUPLICATE_EXTERNAL_ID"]


@pytest.mark.parametrize("fault", ["short", "long"])
def test_an_answer_that_does_not_fit_the_rows_is_an_unknown_outcome(writer, org, contacts, fault):
    writer.configure("record", **FIELDS)
    writer.deliver(*rows(contacts), steps=1)
    org.order("faults", [{"kind": fault, "function": "composite", "times": 1}])

    reports = writer.deliver()
    assert reports == ["OutcomeUnknown: 3 rows, try 1 of 8"]

    writer.due()
    writer.deliver()
    assert (titles(org, contacts), writer.letters()) == (["x"] * 3, [])


def test_parts_in_another_order_are_not_taken_for_one_another(writer, org, contacts):
    org.load("Lead", ADA | {"Company": "B"})
    org.order("faults", [{"kind": "reorder", "function": "composite", "times": 1}])
    writer.configure("record", **FIELDS)

    reports = writer.deliver(change(email="ada@example.com", title="x"))

    assert reports == ["OutcomeUnknown: 1 row, try 1 of 8"]


@pytest.mark.parametrize(
    ("fault", "report"),
    [
        ({"errorCode": "SERVER_UNAVAILABLE"}, "SERVER_UNAVAILABLE: 3 rows, try 1 of 8"),
        ({"errorCode": "REQUEST_LIMIT_EXCEEDED", "detail": "TotalRequests Limit exceeded."},
         "REQUEST_LIMIT_EXCEEDED: 3 rows wait"),
        ({"errorCode": "REQUEST_LIMIT_EXCEEDED", "detail": "ConcurrentRequests Limit exceeded."},
         "REQUEST_LIMIT_EXCEEDED: 3 rows wait"),
        ({"errorCode": "JSON_PARSER_ERROR"},
         "JSON_PARSER_ERROR: refused as a whole, halved to find the row"),
        ({"errorCode": "UNKNOWN_EXCEPTION"}, "OutcomeUnknown: 3 rows, try 1 of 8"),
    ],
)  # fmt: skip
def test_a_whole_write_that_is_refused(writer, org, contacts, fault, report):
    writer.configure("record", **FIELDS)
    writer.deliver(*rows(contacts), steps=1)
    org.order("faults", [{"kind": "error", "function": "composite", "times": 1, **fault}])

    assert writer.deliver(steps=1) == [report]

    for _ in range(2):
        writer.due()
        writer.deliver()
    assert (titles(org, contacts), writer.letters()) == (["x"] * 3, [])


def test_the_daily_limit_in_the_middle_of_a_run(writer, org, contacts):
    writer.configure("record", **FIELDS)
    writer.deliver(*rows(contacts), steps=1)
    org.order("behaviour", {"daily_maximum": 1})

    assert writer.deliver() == ["REQUEST_LIMIT_EXCEEDED: 3 rows wait"]
    assert writer.claim() is None  # the account is paused

    org.order("behaviour", {"daily_maximum": 100_000})
    writer.due()
    writer.deliver()
    assert writer.numbers() == {"received": 3, "sent": 3}


def test_a_person_ends_the_hour_after_the_daily_limit(writer, org, contacts):
    """As when more calls were bought: the batch that was refused goes at once, too."""
    writer.configure("record", **FIELDS)
    writer.deliver(*rows(contacts), steps=1)
    org.order("behaviour", {"daily_maximum": 1})
    writer.deliver()
    org.order("behaviour", {"daily_maximum": 100_000})
    connector = writer.worker.catalog().connectors["crm"]

    resumed = resume_record(writer.worker.records, writer.worker.client, SYSTEM, "connector", "crm")

    assert (resumed.changed, 3500 < resumed.refused_for <= 3600) == (True, True)
    assert not limits.asked_recently(writer.worker.client, connector.account)
    writer.worker.read_limits("crm")  # as a worker does then
    writer.deliver()
    assert writer.numbers() == {"received": 3, "sent": 3}


def test_a_hidden_field_holds_the_destination_and_leaves_no_blank(writer, org, contacts):
    writer.configure("record", **FIELDS)
    writer.deliver(*rows(contacts), steps=1)
    org.order("fields", {"object": "Contact", "hide": ["Title"]})

    writer.deliver()

    assert writer.hold().startswith("INVALID_FIELD")
    assert writer.letters() == []
    assert writer.numbers() == {"received": 3}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_write_whose_answer_was_cut_off_is_repeated(writer, org, contacts, when):
    writer.configure("record", **FIELDS)
    writer.deliver(*rows(contacts), steps=1)
    org.order("faults", [{"kind": "close", "function": "composite", "when": when, "times": 1}])

    writer.deliver()
    writer.due()
    writer.deliver()

    assert (titles(org, contacts), writer.letters()) == (["x"] * 3, [])


def test_a_worker_killed_before_the_write(writer, org, contacts):
    writer.configure("record", **FIELDS)
    writer.die(*rows(contacts), steps=1)
    writer.due()
    writer.deliver()

    assert (titles(org, contacts), writer.letters()) == (["x"] * 3, [])
    assert writer.numbers() == {"received": 3, "sent": 3}


def test_300_on_an_upsert_wrote_nothing():
    error = error_of(300, ["/services/data/v66.0/sobjects/Lead/00Q000000000001AAA"])

    assert (type(error), error.code, error.isolate) == (Refused, "DUPLICATE_EXTERNAL_ID", True)
