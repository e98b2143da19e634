"""Sources of Responsys as they are configured: events, profiles, members."""

import pytest

from schemas.configuration import ConfigurationSchema
from schemas.document import paths

EVENTS = {"kind": "responsys_events", "connector": "acme", "types": ["OPEN", "CLICK"]}
PROFILES = {"kind": "profiles", "audience": "totals"}
MEMBERS = {"kind": "responsys", "connector": "acme", "columns": {"title": "job", "PHONE": "phone"}}
COMMON = {"max_leaving": 20, "enabled": True}


def loaded(source):
    return ConfigurationSchema().load({"sources": {"one": source}})["sources"]["one"]


def problems(source):
    errors = ConfigurationSchema().validate({"sources": {"one": source}})
    return [line.removeprefix("sources.one.") for line in paths(errors)]


def test_each_kind_has_its_pace():
    assert loaded(EVENTS) == {**EVENTS, **COMMON, "every": 1}
    assert loaded(PROFILES) == {**PROFILES, **COMMON, "max_change": 100, "every": 60}
    assert loaded(MEMBERS) == {
        **MEMBERS, **COMMON, "columns": {"TITLE": "job", "PHONE": "phone"}, "max_change": 20, "every": 15
    }  # fmt: skip


def test_members_have_columns_of_an_extension_table_as_well():
    source = {**MEMBERS, "fields_table": "CRM", "fields": {"STAGE": "stage"}}

    assert (loaded(source)["fields_table"], loaded(source)["fields"]) == ("CRM", {"STAGE": "stage"})


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ({**EVENTS, "types": []}, "types: must be a list of 1 to 100 types of events"),
        ({**EVENTS, "types": ["click"]}, 'types: must be types of events in capitals, such as "CLICK"'),
        ({**EVENTS, "types": ["CLICK", "CLICK"]}, "types: must not name anything twice"),
        ({**EVENTS, "audience": "all"}, "audience: is not a known key"),
        ({"kind": "profiles"}, "audience: is missing"),
        ({**MEMBERS, "columns": {}}, "columns: must name 1 to 100 columns"),
        ({**MEMBERS, "columns": {"A B": "a"}}, 'columns."A B": must be the name of a column of Responsys'),
        ({**MEMBERS, "columns": {"A": "a", "B": "a"}}, 'columns.B: "A" becomes a already'),
        ({**MEMBERS, "columns": {"A": "a", "a": "b"}}, 'columns.a: "a" gets the value of "A" already'),
        ({**MEMBERS, "columns": {"EMAIL_PERMISSION_STATUS_": "status"}},
         'columns.EMAIL_PERMISSION_STATUS_: "EMAIL_PERMISSION_STATUS_" holds a wish about a channel; '
         "only a consent may carry it"),
        ({**MEMBERS, "fields_table": "CRM"}, "fields: is missing: name the columns of fields_table"),
        ({**MEMBERS, "fields": {"A": "a"}}, "fields_table: is missing: name the extension table of fields"),
        ({**MEMBERS, "fields_table": "CRM", "fields": {"A": "phone"}}, "fields: columns have phone already"),
    ],
)  # fmt: skip
def test_each_mistake_is_named(source, problem):
    assert problems(source) == [problem]
