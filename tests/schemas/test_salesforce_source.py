import pytest

from schemas.configuration import ConfigurationSchema
from schemas.document import paths

LEADS = {"kind": "salesforce", "connector": "crm", "object": "Lead", "mapping": "person", "every": 2}
STAGES = {**LEADS, "object": "OpportunityHistory", "of": "OpportunityId", "who": "primary"}
QUIET = {"audience": "lapsed-buyers", "query": "SELECT 1", "every": 60}


def problems(source):
    errors = ConfigurationSchema().validate({"sources": {"leads": source}})
    return [line.removeprefix("sources.leads.") for line in paths(errors)]


def test_a_source_of_salesforce_has_defaults():
    assert ConfigurationSchema().load({"sources": {"leads": LEADS}})["sources"] == {
        "leads": {
            **LEADS, "snapshot": False, "full": "7d", "overlap": 600, "max_leaving": 20, "max_change": 20,
            "enabled": True,
        }
    }  # fmt: skip


def test_the_kind_of_a_query_goes_without_saying():
    loaded = ConfigurationSchema().load({"sources": {"quiet": {**QUIET, "kind": "sql"}}})

    assert "kind" not in loaded["sources"]["quiet"]


@pytest.mark.parametrize("who", ["primary", "all", ["Decision Maker", "Buyer"]])
def test_people_of_a_history_are_chosen_by_role(who):
    assert problems({**STAGES, "who": who}) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"kind": "salesfroce"},
         'kind: "salesfroce" is not a kind of source; did you mean "salesforce"? '
         "there are: people, profiles, responsys, responsys_events, salesforce, sql"),
        ({"object": "Lead;"}, 'object: must be the name of an object, such as "Contact"'),
        ({"every": 0}, "every: must be above 0, not 0"),
        ({"who": "all"}, "who: goes with of: the field with the record whose people are meant"),
        ({"of": "CaseId", "who": "all"},
         'who: goes with of = "OpportunityId": deals alone have people by their roles'),
        ({"of": "OpportunityId", "who": "nobody"}, 'who: must be "primary", "all", or a list of roles'),
        ({"snapshot": True}, "audience: is missing: a snapshot is of an audience"),
        ({"snapshot": True, "audience": "a", "of": "OpportunityId"}, "of: goes with snapshot = false"),
        ({"full": "a week"}, 'full: must be a number with s, m, h, d or w, such as "7d"'),
        ({"full": "9999w"}, "full: must not be longer than ten years"),
        ({"key_fields": []}, "key_fields: must be a list of 1 to 10 fields"),
        ({"key_fields": ["a b"]}, 'key_fields: must be names of fields, such as "Customer_Id__c"'),
        ({"where": {"Status": {"was": "Open"}}},
         "where.Status.was: goes with rules alone: what is read first has no earlier value"),
        ({"query": "SELECT 1"}, "query: is not a known key"),
    ],
)  # fmt: skip
def test_each_mistake_is_named(changes, problem):
    assert problems({**LEADS, **changes}) == [problem]


def test_all_mistakes_are_named_at_once():
    found = problems({**LEADS, "every": 0, "who": "all", "snapshot": True})

    assert found == [
        "every: must be above 0, not 0",
        "audience: is missing: a snapshot is of an audience",
        "who: goes with of: the field with the record whose people are meant",
    ]
