import pytest

from pipeline.event_files import row_values
from pipeline.event_files.row_values import FACET
from pipeline.model.feeds import COUNTERS, OTHER_CHANNELS, OTHERS, SPELLINGS, read_word
from pipeline.profiles.mapping import FIELDS
from schemas.configuration import ConfigurationSchema
from schemas.document import paths
from schemas.profile_field import BUILT_IN, FEEDS, NOT_KEPT, OTHER_FEEDS


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


@pytest.mark.parametrize("feed", ["CLICKS", "LAUNCH_STATE", "SMS_MO_FW_SENT", "PUSHED"])
def test_a_field_of_rows_that_are_never_kept_is_refused(feed):
    [problem] = problems("mine", kind="count", feeds=["CLICK", feed])

    assert problem.startswith(f'profile_fields.mine.feeds: "{feed}" is not a feed whose rows are kept; ')


def test_the_feeds_are_those_whose_rows_are_kept():
    assert {read_word(word) for word in FEEDS} == {*COUNTERS, *OTHERS}
    assert {word for word in FEEDS if word not in {*COUNTERS, *OTHERS}} == set(SPELLINGS)
    assert [f"{channel}_" for channel in OTHER_CHANNELS] == list(OTHER_FEEDS)
    assert problems("mine", kind="count", feeds=["click", "SMS_DIVERED", "PUSH_OPENED"]) == []


def test_the_columns_that_are_not_kept_are_those_of_which_an_event_tells_nothing():
    told = {*FACET, "EVENT_CAPTURED_DT", "RIID", "EMAIL", "EMAIL_ADDRESS_", "MOBILE_NUMBER", "CUSTOMER_ID"}

    assert set(NOT_KEPT) == row_values.NOT_KEPT - {*FACET.values()} - told


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["Email"], "Email: every profile has a field of this name"),
        (["Person"], "Person: the view responsys_people has a column of this name"),
        (["mine", "MINE"], 'MINE: differs from "mine" in its case alone'),
    ],
)
def test_names_of_fields_are_columns_which_have_no_case(names, problem):
    fields = {name: {"kind": "count"} for name in names}

    assert paths(ConfigurationSchema().validate({"profile_fields": fields})) == [f"profile_fields.{problem}"]


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ({"kind": "count", "column": "X"}, "column: a count has no column"),
        ({"kind": "set"}, "column: must be the name of a column of the files"),
        ({"kind": "count", "feeds": []}, 'feeds: must be a list of feeds, such as ["CLICK"]'),
        *(
            (
                {"kind": "last", "column": column},
                f'column: "{column}" is not kept with events, so the field would stay empty; all columns are '
                "kept but ACCOUNT_ID, EVENT_STORED_DT, EVENT_TYPE_ID",
            )
            for column in ("EVENT_STORED_DT", "event_type_id", " ACCOUNT_ID")
        ),
    ],
)
def test_a_wrong_field_is_told_with_its_path(field, problem):
    assert problems("mine", **field) == [f"profile_fields.mine.{problem}"]
