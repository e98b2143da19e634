"""Programmes and columns of Responsys, as rules ask for them."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from pipeline.errors import Held, Refused, RetryLater
from pipeline.model.destination import Destination
from pipeline.model.rule import Rule
from pipeline.model.source_record import SourceRecord
from pipeline.records.catalog import Catalog
from pipeline.runtime.rules_outside import AccountsOutside

RULE = Rule(name="nurture", source="leads", audience="nurture", only_if={"STATE": ("new",)})
ACME = SimpleNamespace(kind="responsys", account="acme", profile_list="CONTACTS")
ENTRY = Destination(
    name="nurture",
    audience="nurture",
    connector="acme",
    action="program_entry",
    options={"program": "NURTURE"},
)


class Account:
    """Answers calls, and remembers them."""

    def __init__(self, answer):
        self.answer, self.calls, self.now = answer, [], 0.0  # an answer, or answers in their order
        catalog = Catalog(1, connectors={"acme": ACME}, destinations={"nurture": ENTRY})
        self.outside = AccountsOutside(catalog, lambda _: self.send, clock=lambda: self.now)

    def send(self, call):
        self.calls.append(call)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer[len(self.calls) - 1] if isinstance(self.answer, list) else self.answer


@pytest.mark.parametrize(
    ("answer", "stopped"),
    [
        ({"status": "RUNNING"}, ""),
        ({"status": "RUNNING_WITH_ERRORS"}, ""),
        ({"status": "NOT_RUNNING"}, "NURTURE"),
        (Held("destination", "PROGRAM_NOT_FOUND"), "NURTURE"),
        (RetryLater("Timeout"), ""),
        ({}, ""),
    ],
)
def test_a_programme_that_does_not_run_stops(answer, stopped):
    account = Account(answer)

    account.outside.look([RULE])

    assert account.outside.stopped(RULE) == stopped
    assert [call.path for call in account.calls] == ["/rest/api/v1.3/programs/NURTURE"]


def test_a_programme_is_asked_every_ten_minutes():
    account = Account({"status": "NOT_RUNNING"})
    for account.now in (0.0, 599.0, 600.0):
        account.outside.look([RULE])

    assert len(account.calls) == 2


def lead(name, **options):
    return SourceRecord("leads", name, "Lead", 1, **options)


def test_columns_are_read_in_one_call():
    data = {"fieldNames": ["EMAIL_ADDRESS_", "STATE"], "records": [["Ada@example.com", "new"]]}
    account = Account({"recordData": data})
    records = [lead("1", email="ada@Example.com"), lead("2", email="bob@example.com")]

    assert account.outside.columns(RULE, records) == {"1": {"STATE": "new"}, "2": {}}
    (call,) = account.calls
    assert call.path == "/rest/api/v1.3/lists/CONTACTS/members?action=get"
    assert call.body == {
        "queryAttribute": "e",
        "fieldList": ["EMAIL_ADDRESS_", "STATE"],
        "ids": ["ada@example.com", "bob@example.com"],
    }


def rows(names, *records):
    return {"recordData": {"fieldNames": names, "records": list(records)}}


def test_columns_of_an_extension_table_are_read_by_riid():
    """The list tells the RIID of a person who is known by the address alone."""
    rule = replace(RULE, only_if={"STATE": ("new",), "Program.STEP": ("1",)})
    by_riid = [rows(["RIID_", "STATE"], ["7", "new"]), rows(["RIID_", "STEP"], ["7", "1"])]
    by_address = [
        rows(["EMAIL_ADDRESS_", "STATE", "RIID_"], ["ada@example.com", "old", "8"]),
        rows(["RIID_", "STEP"], ["8", "2"]),
    ]
    account = Account(by_riid + by_address)
    records = [lead("1", riid="7"), lead("2", email="ada@example.com"), lead("3", email="bob@example.com")]

    assert account.outside.columns(rule, records) == {
        "1": {"STATE": "new", "Program.STEP": "1"},
        "2": {"STATE": "old", "Program.STEP": "2"},
        "3": {},
    }
    table = "/rest/api/v1.3/lists/CONTACTS/listExtensions/Program/members?action=get"
    assert [call.path == table for call in account.calls] == [False, True, False, True]
    assert [call.body["ids"] for call in account.calls[1::2]] == [["7"], ["8"]]


def test_a_table_alone_is_asked_without_the_list_where_riids_are_known():
    account = Account([rows(["RIID_", "STEP"])])

    found = account.outside.columns(replace(RULE, only_if={"Program.STEP": ("1",)}), [lead("1", riid="7")])

    assert found == {"1": {}}
    assert len(account.calls) == 1


def test_nobody_in_the_list_has_columns():
    account = Account(Refused("RECORD_NOT_FOUND"))

    assert account.outside.columns(RULE, [lead("1", riid="7")]) == {"1": {}}
    assert account.calls[0].body["queryAttribute"] == "r"


def test_people_wait_while_the_account_does_not_answer():
    account = Account(RetryLater("Timeout"))

    assert account.outside.columns(RULE, [lead("1", riid="7")]) == {}
