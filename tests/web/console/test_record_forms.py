"""Forms that are made of the schemas: what is stored comes back as it was."""

import tomllib
from pathlib import Path

import pytest

from pipeline.operate.editing import exported_record
from pipeline.records.documents import as_written
from pipeline.records.record_check import check_record
from pipeline.web.console.option_help import HELP, help_of
from pipeline.web.console.options import options_of
from pipeline.web.console.record_form import RecordForm, texts_of
from pipeline.web.console.record_sections import RECORD_SECTIONS
from tests.processes import ROOT

EXAMPLE = tomllib.loads((Path(ROOT) / "activation.example.toml").read_text())
RECORDS = [
    (section, name) for section, records in EXAMPLE.items() if section in RECORD_SECTIONS for name in records
]
NAMES = {"connector": ["acme"], "destination": ["lapsed-event"]}


def with_plain_secrets(document):
    """Return a document as the console takes it: its secrets are texts."""
    plain = {"url": "https://example.com/hook", "password": "text", "secret": "text", "client_secret": "text"}
    return {
        key: plain[key] if isinstance(each, dict) and key in plain else each for key, each in document.items()
    }


@pytest.mark.parametrize(("section", "name"), RECORDS)
def test_a_record_that_is_shown_and_saved_is_the_same(section, name):
    place = RECORD_SECTIONS[section]
    checked = check_record(section, name, with_plain_secrets(EXAMPLE[section][name]), None)
    document = as_written({name: exported_record(section, checked)})[name]
    variant = document.get(place.variant, place.default)
    options = options_of(place.schemas()[variant], NAMES)
    fixed = {place.variant: variant} if place.variant else {}

    form = RecordForm(options, fixed, texts_of(options, document), document)

    again = check_record(section, name, form.document, document)
    assert as_written({name: exported_record(section, again)})[name] == document


@pytest.mark.parametrize("section", RECORD_SECTIONS)
def test_each_option_has_a_line_of_help(section):
    schemas = RECORD_SECTIONS[section].schemas().values()
    names = {option.name for schema in schemas for option in options_of(schema, {})}

    assert names - HELP.keys() <= {"password", "url"}


def test_the_audience_of_a_token_is_not_explained_as_that_of_a_destination():
    assert "JWT" in help_of("audience", "connectors")
    assert "JWT" not in help_of("audience", "destinations") + help_of("audience", "sources")


def form_of(section, variant, **texts):
    options = options_of(RECORD_SECTIONS[section].schemas()[variant], NAMES)
    return RecordForm(options, {}, texts)


def test_text_that_is_no_number_is_left_to_the_schema():
    form = form_of("destinations", "custom_event", max_rows="many", max_age="1.5", call_types="ADD\n REMOVE ")

    assert form.document["max_rows"] == "many"
    assert (form.document["max_age"], form.document["call_types"]) == (1.5, ["ADD", "REMOVE"])


def test_a_table_is_typed_by_lines():
    text = 'city = CITY_\r\npoints = {"column": "POINTS", "type": "INTEGER"}\r\n\r\nodd = {"'
    form = form_of("destinations", "audience_export", columns=text, fields="tier\npoints")

    assert form.document["columns"] == {
        "city": "CITY_",
        "points": {"column": "POINTS", "type": "INTEGER"},
        "odd": '{"',
    }
    assert form.document["fields"] == ["tier", "points"]


def test_a_condition_is_typed_as_toml():
    text = 'Status = ["Open", "Working"]\r\nEmail = { set = true }\nCloseDate = { above = "2026-01-02" }'
    wanted = {
        "Status": ["Open", "Working"],
        "Email": {"set": True},
        "CloseDate": {"above": "2026-01-02"},
    }
    options = options_of(RECORD_SECTIONS["sources"].schemas()["salesforce"], NAMES)
    (where,) = [option for option in options if option.name == "where"]

    assert where.value_of(text) == wanted
    assert where.text_of(wanted) == text.replace("\r", "")
    assert where.value_of("Status Open") == "Status Open"


def test_an_empty_secret_is_kept_where_one_is_stored():
    options = options_of(RECORD_SECTIONS["connectors"].schemas()["responsys"], NAMES)

    new = RecordForm(options, {}, {"password": ""})
    stored = RecordForm(options, {}, {"password": ""}, {"password": {"keep": True}})
    given = RecordForm(options, {}, {"password": " s3cret "}, {"password": {"keep": True}})

    assert "password" not in new.document
    assert stored.document["password"] == {"keep": True}
    assert given.document["password"] == " s3cret "
    assert "s3cret" not in str([each.text for each in given.fields])
