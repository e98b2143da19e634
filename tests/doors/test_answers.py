"""Answers of outside systems with a nasty value in any of their places: an error of ours, or verdicts."""

import json
from contextlib import suppress
from types import SimpleNamespace

import pytest

from pipeline.errors import CallError
from pipeline.model.call import Rejection
from pipeline.responsys import errors as responsys_errors
from pipeline.responsys.login import grant as responsys_grant
from pipeline.responsys.looking import campaign_ids, extension_columns, member_columns, program_runs
from pipeline.responsys.ratelimit import read_limits
from pipeline.responsys.records import read_records, rejection
from pipeline.responsys.requests import answers_in, taken_on
from pipeline.responsys.results import read_results as read_recipients
from pipeline.salesforce import errors as salesforce_errors
from pipeline.salesforce.client import moment_of
from pipeline.salesforce.composite import read_parts
from pipeline.salesforce.login import grant as salesforce_grant
from pipeline.salesforce.org_notes import read_use
from pipeline.salesforce.org_schema import OrgSchema
from pipeline.salesforce.results import failure_of, read_results
from pipeline.wire.transport import decoded
from tests.nasty_values import JSON, TEXTS, values

ODD = values()
RESPONSYS = SimpleNamespace(profile_list="LIST", auth_endpoint="https://login5.responsys.net")
CELLS = {"fieldNames": ["RIID_", "EMAIL_ADDRESS_"], "records": [["1", "a@example.com"]]}
BODY = {"type": "", "title": "Title", "errorCode": "INVALID_PARAMETER", "detail": "x", "errorDetails": []}
REFUSED = {
    "success": False,
    "errors": [{"statusCode": "STRING_TOO_LONG", "message": "x", "fields": ["Title"]}],
}
LIMIT = {"api": "x", "limit": 5, "resource_path": "/rest/api/v1.3/events/{name}", "verb": "POST"}
PART = {"referenceId": "a", "httpStatusCode": 200, "body": {"records": []}, "httpHeaders": {}}
FIELD = {
    "name": "Title",
    "type": "string",
    "length": 5,
    "picklistValues": [{"value": "A"}],
    "referenceTo": [],
}


def spoilt(good, value):
    """Yield a document with a value in each of its places, then the value alone."""
    if isinstance(good, dict):
        for name, member in good.items():
            yield from ({**good, name: odd} for odd in spoilt(member, value))
            yield {other: kept for other, kept in good.items() if other != name}
    elif isinstance(good, list):
        for place, member in enumerate(good):
            yield from ([*good[:place], odd, *good[place + 1 :]] for odd in spoilt(member, value))
    yield value


def answering(answer):
    return lambda _: answer


def schema_of(answer):
    connector = SimpleNamespace(base="/services/data/v66.0")
    schema = OrgSchema(SimpleNamespace(connector=connector, send=answering(answer)))
    return schema.names if isinstance(answer, dict) and "sobjects" in answer else schema.describe("Lead")


READERS = {
    "members": (lambda one: member_columns(RESPONSYS, answering(one), "riid", ["1"], ["EMAIL_ADDRESS_"]),
                {"recordData": CELLS}),
    "a table": (lambda one: extension_columns(RESPONSYS, answering(one), "T", ["1"], ["EMAIL_ADDRESS_"]),
                {"recordData": CELLS}),
    "campaigns": (lambda one: campaign_ids(answering(one), ["A"]), {"campaigns": [{"name": "A", "id": 1}]}),
    "a program": (lambda one: program_runs(answering(one), "P"), {"status": "RUNNING"}),
    "limits": (lambda one: read_limits(SimpleNamespace(send=answering(one))), [LIMIT, {"limits": [LIMIT]}]),
    "polled": (lambda one: list(answers_in(one)), [
        {"requestId": "1", "status": "SUCCESS", "response": BODY}]),
    "taken on": (taken_on, {"status": "REQUEST_ACCEPTED", "requestId": "1"}),
    "an error of Responsys": (lambda one: responsys_errors.error_of(400, one), BODY),
    "a login of Responsys": (lambda one: responsys_grant(one, RESPONSYS), {"authToken": "E", "endPoint": "https://a.b"}),
    "recipients": (lambda one: read_recipients([{}], one, [7]), [
        {"errorMessage": "CODE: text", "success": False, "recipientId": 7}]),
    "merged": (lambda one: [rejection(each, 0) for each in read_records(one, 1)], {
        "recordData": {"fieldNames": ["RIID_"], "records": [["MERGEFAILED: Record 0 = X: y"]]}}),
    "an error of Salesforce": (lambda one: salesforce_errors.error_of(400, one), [
        {"errorCode": "INVALID_FIELD", "message": "x", "fields": []}]),
    "a refused login": (lambda one: salesforce_errors.login_error(400, one), {
        "error": "invalid_client", "error_description": "x"}),
    "a login of Salesforce": (lambda one: salesforce_grant(one, "https://a.my.salesforce.com"), {
        "access_token": "00D!x", "instance_url": "https://a.my.salesforce.com"}),
    "written": (lambda one: [failure_of(each, {"Title": "x"}) for each in read_results(one, [None])],
                [REFUSED]),
    "parts": (lambda one: read_parts(one, ["a"], ["b"]), {"compositeResponse": [PART]}),
    "objects": (schema_of, {"sobjects": [{"name": "Lead"}]}),
    "an object": (schema_of, {"fields": [FIELD]}),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_answers_are_read_or_end_in_an_error_of_ours(name):
    reader, good = READERS[name]
    for value in ODD.values():
        for answer in spoilt(good, value):
            with suppress(CallError):
                reader(answer)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_reasons_and_heads_of_any_text_are_read(text):
    message = f"MERGEFAILED: Record {text} = {text}"

    with suppress(CallError):
        assert isinstance(rejection([message], 0), Rejection)
    assert moment_of(text) >= 0
    read_use({"Sforce-Limit-Info": f"api-usage={text}/5"})


@pytest.mark.parametrize("token", JSON.values(), ids=JSON)
def test_one_bad_value_spoils_no_other_of_its_answer(token):
    found = decoded(b'{"before": 1, "odd": %b, "after": [true]}' % token)

    try:
        json.loads(token.decode(errors="replace"), strict=False)
    except (ValueError, RecursionError):
        assert found is None or found["after"] == [True]
    else:
        assert (found["before"], found["after"]) == (1, [True])
