"""Sources with a condition: records that do not fulfil it are not taken."""

from dataclasses import replace

import pytest

from tests.streams.environment import CONTACTS, ago


@pytest.mark.parametrize(
    "where",
    [
        {"Title": ["CEO", "CTO"]},
        {"Email": {"set": True}, "any": [{"Title": "ceo"}, {"Title": "cto"}]},
        {"Title": {"begins": "C"}},
        {"Title": {"not": ["Clerk\\", "Boss"]}},
    ],
)
def test_records_are_chosen_by_a_condition(streams, org, where):
    with ago(org, 60):
        one, other, _ = org.load(
            "Contact",
            {"LastName": "A", "Title": "CEO", "Email": "a@example.com"},
            {"LastName": "B", "Title": "CTO", "Email": "b@example.com"},
            {"LastName": "C", "Title": "Boss", "Email": "c@example.com"},
        )
    source = replace(CONTACTS, where=where)

    streams.run(source)

    assert [name for name, *_ in streams.sent()] == sorted([one, other])


def test_what_a_query_cannot_say_is_looked_at_here(streams, org):
    with ago(org, 60):
        one, _ = org.load("Contact", {"LastName": "A", "Title": "a\\b"}, {"LastName": "B", "Title": "b"})

    streams.run(replace(CONTACTS, where={"Title": {"contains": "\\"}}))

    assert [name for name, *_ in streams.sent()] == [one]
