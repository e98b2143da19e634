import pytest

from pipeline.profiles.mapping import FIELDS
from schemas.configuration import ConfigurationSchema
from schemas.document import paths
from schemas.profile_field import BUILT_IN


def problems(name, **field):
    return paths(ConfigurationSchema().validate({"profile_fields": {name: field}}))


def test_a_further_field_is_read():
    fields = {"last_offer": {"kind": "last", "column": "OFFER_NAME", "feeds": ["CLICK"]}}

    assert ConfigurationSchema().load({"profile_fields": fields})["profile_fields"] == fields


def test_the_names_of_all_fields_of_the_mapping_are_taken():
    assert {field.name for field in FIELDS} == BUILT_IN
    assert len(BUILT_IN) == 53
    assert problems("email_click_ct", kind="count") == [
        "profile_fields.email_click_ct: every profile has a field of this name"
    ]


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ({"kind": "count", "column": "X"}, "column: a count has no column"),
        ({"kind": "set"}, "column: must be the name of a column of the files"),
        ({"kind": "count", "feeds": []}, 'feeds: must be a list of feeds, such as ["CLICK"]'),
    ],
)
def test_a_wrong_field_is_told_with_its_path(field, problem):
    assert problems("mine", **field) == [f"profile_fields.mine.{problem}"]
