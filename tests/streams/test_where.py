"""The condition of a source: records that do not fulfil it are not read."""

from dataclasses import replace

import pytest

from pipeline.errors import Held
from pipeline.streams.followers import NoFollower
from tests.streams.environment import LEADS, ago

PEOPLE = [
    {"LastName": "One", "Company": "a", "Status": "Open", "Email": "one@example.com"},
    {"LastName": "Other", "Company": "b\\c", "Status": "Working"},
    {"LastName": "Third", "Company": "c", "Status": "Open"},
]


@pytest.mark.parametrize(
    ("where", "positions"),
    [
        ({"Status": "Open", "Email": {"set": True}}, [0]),
        ({"any": [{"Status": "Working"}, {"Company": "c"}]}, [1, 2]),
        ({"Company": {"contains": "\\"}}, [1]),  # looked at here, with a field that the mapping does not name
        ({"Status": "Open", "Company": {"begins": "\\"}}, []),
    ],
)
def test_records_are_chosen(streams, org, where, positions):
    with ago(org, 60):
        leads = org.load("Lead", *PEOPLE)
    source = replace(LEADS, where=where)

    outcome = streams.run(source)
    again = streams.run(source)

    assert [each for each, _, _ in streams.sent()] == sorted(leads[position] for position in positions)
    assert (outcome.counts.read, again.counts.changed) == (len(positions), 0)


def test_a_value_of_another_type_holds_the_source(streams, org):
    with ago(org, 60):
        org.load("Lead", *PEOPLE)

    with pytest.raises(Held, match="where: LastName: is no number"):
        streams.run(replace(LEADS, where={"any": [{"LastName": 5}, {"Company": {"contains": "\\"}}]}))


class Looking(NoFollower):
    """Rules that look at a field, and decide nothing."""

    def __init__(self, *fields):
        self.fields = fields


def test_a_field_that_rules_spell_otherwise_is_no_null(streams, org):
    with ago(org, 60):
        org.load("Contact", {"LastName": "One"})

    with pytest.raises(Held, match='the answer has no "lastname": spell it as Salesforce does'):
        streams.run(follower=Looking("lastname"))
    assert streams.run(follower=Looking("Account.Name", "Title")).counts.read == 1
