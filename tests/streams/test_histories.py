"""Histories: every stage of a deal, compared with the one before, for the people of its roles."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.streams.followers import NoFollower
from tests.streams.environment import CONTACTS, STAGES, ago


class Recorder(NoFollower):
    """Rules that remember what they were asked about."""

    fields = ("StageName", "Opportunity.StageName")

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def decide(self, _, records, *, is_baseline):
        for each in records:
            before = each.before and each.before["fields"]["StageName"]
            self.asked.append((is_baseline, before, each.fields["StageName"], each.people))
        return []

    def decide_later(self, _):
        return []


@pytest.fixture
def rules():
    return Recorder()


@pytest.fixture
def deal(org):
    """A deal with two contacts, the first of them its primary one."""
    with ago(org, 60):
        one, other = org.load("Contact", {"LastName": "One", "Email": "a@example.com"}, {"LastName": "Two"})
        deal = org.order("edit", {"object": "Opportunity", "fields": {
            "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-31"}})["id"]  # fmt: skip
        org.load(
            "OpportunityContactRole",
            {"OpportunityId": deal, "ContactId": one, "Role": "Decision Maker", "IsPrimary": True},
            {"OpportunityId": deal, "ContactId": other, "Role": "Influencer"},
        )
    return deal, one, other


def test_each_stage_between_two_polls_is_met_with_the_one_before(streams, org, deal, rules):
    streams.run(STAGES, follower=rules)
    for stage in ("Qualification", "Demo Done", "Proposal"):
        org.edit("Opportunity", deal[0], StageName=stage)

    streams.run(STAGES, follower=rules)

    assert [before_and_after for _, *before_and_after, _ in rules.asked] == [
        [None, "Prospecting"],
        ["Prospecting", "Qualification"],
        ["Qualification", "Demo Done"],
        ["Demo Done", "Proposal"],
    ]
    assert [is_baseline for is_baseline, *_ in rules.asked] == [True, False, False, False]


def test_people_that_an_answer_has_no_room_for_are_asked_for_by_key(streams, org, deal, rules):
    """Wide rows make pages shorter: nobody of a deal is left out."""
    org.order("behaviour", {"page_size": 1})

    streams.run(replace(STAGES, who="all"), follower=rules)

    assert [people for *_, people in rules.asked] == [(deal[1],), (deal[2],)]


@pytest.mark.parametrize(
    ("who", "people"),
    [("primary", [0]), ("all", [0, 1]), (("Influencer",), [1]), (("Evaluator",), [])],
)
def test_people_are_those_of_the_roles(streams, deal, rules, who, people):
    streams.run(replace(STAGES, who=who), follower=rules)

    contacts = [(contact,) for contact in deal[1:]]
    assert [asked[-1] for asked in rules.asked] == ([contacts[place] for place in people] or [()])


def test_a_row_concerns_the_person_that_other_sources_know(streams, deal, rules):
    streams.run(CONTACTS)
    known = {each.identifiers["salesforce_id"]: each.profile_id for each in streams.taken()}

    streams.run(STAGES, follower=rules)

    (activation,) = streams.taken()
    assert activation.profile_id == known[deal[1]]
    assert activation.identifiers == {"salesforce_id": deal[1], "email": "a@example.com"}
    assert activation.variables == {"stage": "Prospecting"}


def test_a_person_that_no_other_source_knows_gets_an_address_too(streams, deal, rules):
    streams.run(STAGES, follower=rules)

    (activation,) = streams.taken()
    streams.run(CONTACTS)

    contacts = {each.identifiers["salesforce_id"]: each for each in streams.taken()}
    assert contacts[deal[1]].profile_id == activation.profile_id
    assert activation.identifiers["email"] == "a@example.com"


def test_a_poll_with_nothing_new_does_not_ask_for_roles(streams, deal, rules):
    streams.run(STAGES, follower=rules)
    streams.calls.clear()

    streams.run(STAGES, follower=rules)

    assert len(streams.calls) == 1
