"""A newcomer's action: a class, a line in the table of actions, a schema; nothing else has to change."""

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from pipeline.model.action import Step
from pipeline.records.kinds import destination_documents
from pipeline.salesforce.actions import ACTIONS
from pipeline.salesforce.actions.collections import Collections, Written
from pipeline.salesforce.actions.find_and_write import FindAndWrite
from pipeline.salesforce.actions.found_record import PEOPLE, object_of
from pipeline.salesforce.actions.learned import RECORD
from pipeline.salesforce.actions.search import Search
from pipeline.salesforce.calls import FUNCTION
from pipeline.salesforce.needs import NeededObject
from schemas.configuration_fields import SomeOf, Text
from schemas.destination_document import DestinationDocument
from tests.salesforce.actions.writer import change

NAME = "salesforce_remark"


class SalesforceRemark(FindAndWrite):
    """A remark in the description of the person's record."""

    name = NAME
    coalesces = True
    written = PEOPLE

    def __init__(self, connector, destination):
        super().__init__(connector, destination)
        self.search = Search(connector, PEOPLE, {})
        self.collections = Collections(connector)

    def attributes(self):
        return frozenset((RECORD, "riid", "email"))

    def needs(self):
        return tuple(NeededObject(table, ("Description",)) for table in PEOPLE)

    def judge(self, row, record, bodies):
        return None

    def write_steps(self):
        return (Step("write", FUNCTION, self._write, self._judged),)

    def _writes(self, rows) -> Iterator[Written]:
        for position, row in enumerate(rows):
            record, remark = row.identifiers[RECORD], self.destination.options["remark"]
            yield Written(object_of(record), {"Description": remark}, record, rows=[position])

    def _write(self, rows):
        return self.collections.call(self._writes(rows))

    def _judged(self, rows, answer):
        return self.collections.results(len(rows), self._writes(rows), answer).verdicts


class RemarkOptions(DestinationDocument):
    remark = Text(required=True)
    call_types = SomeOf("a call type", ["ADD", "UPDATE"], load_default=lambda: ["ADD", "UPDATE"])


@pytest.fixture(autouse=True)
def _newcomer(monkeypatch):
    """The action as if its file and its schema were there."""
    module = ModuleType(f"schemas.{NAME}")
    module.SalesforceRemark = RemarkOptions
    monkeypatch.setitem(sys.modules, f"schemas.{NAME}", module)
    places = {**ACTIONS._places, NAME: f"{__name__}:SalesforceRemark"}
    monkeypatch.setattr(ACTIONS, "_places", places)


def test_its_options_are_those_of_the_class_of_its_name():
    assert destination_documents()[NAME] is RemarkOptions


def test_it_is_configured_and_delivers(writer, org):
    (contact,) = org.load("Contact", {"LastName": "Byron", "Email": "ada@example.com"})
    writer.configure("remark", remark="met at the fair")

    writer.deliver(change("p1", email="ada@example.com"))

    assert org.record(contact, "Contact")["Description"] == "met at the fair"
    assert writer.calls() == ["composite", "composite"]
