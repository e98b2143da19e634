"""Records that are typed whole, as a configuration has them: mappings, rules, pairs, consents, imports."""

import re

import pytest

from pipeline.records.record_check import InvalidRecord
from pipeline.web.console.record_sections import RECORD_SECTIONS, SKELETONS
from pipeline.web.console.section_forms import form_of
from pipeline.web.console.written_form import ALL, WRITTEN_OPTIONS, written_options
from tests.web.console.org import CONFIGURATION, org_of_people

ETAG = re.compile(r'name="etag" value="([^"]+)"')
RULE = {"source": "leads", "on": "new", "audience": "lapsed-buyers", "when": {"LeadSource": ["Web", "Event"]}}


@pytest.fixture(scope="module", autouse=True)
def _org(installation):
    with org_of_people(installation.stores):
        yield


def typed(text, section="rules"):
    return form_of(RECORD_SECTIONS[section], "", WRITTEN_OPTIONS, {ALL: text}, {})


def test_a_written_record_is_read_as_it_was():
    assert typed(written_options(RULE)).document == RULE


@pytest.mark.parametrize("text", ["source = ", "a" * 10_000, "source = 1\nsource = 2", "\0", "[" * 5_000])
def test_text_that_is_no_toml_is_a_problem_of_its_field(text):
    form = typed(text)

    with pytest.raises(InvalidRecord) as raised:
        _ = form.document

    assert "this is no TOML" in raised.value.messages[ALL][0]


@pytest.mark.parametrize("section", SKELETONS)
def test_a_new_record_begins_with_a_skeleton_that_is_toml(installation, section):
    page = installation.get(f"/{section}/new").text

    assert typed(SKELETONS[section], section).document
    assert "<h1><bdi>New " in page.replace("\n", "")
    assert "Options</label>" in page


def send(installation, path, **form):
    return installation.post(installation.session("admin"), path, form, of=path)


def test_a_rule_is_made_changed_and_deleted(installation):
    made = send(installation, "/rules/new", key="second", options=written_options(RULE))
    assert (made.status_code, made.headers["Location"]) == (303, "/rules/second")
    etag = ETAG.search(installation.get("/rules/second/edit").text)[1]

    text = written_options({**RULE, "on": "change"})
    changed = send(installation, "/rules/second/edit", etag=etag, options=text)
    late = send(installation, "/rules/second/edit", etag=etag, options=written_options(RULE))

    assert (changed.status_code, late.status_code) == (303, 200)
    assert "was changed meanwhile" in late.text
    assert installation.stores.records.export()["rules"]["second"]["on"] == "change"
    wrong = send(installation, "/rules/second/delete", name="first")
    assert "Type second exactly" in wrong.text
    gone = send(installation, "/rules/second/delete", name="second")
    assert (gone.status_code, gone.headers["Location"]) == (303, "/rules")
    assert "second" not in installation.stores.records.names("rules")


def test_what_is_wrong_with_a_record_is_told_by_its_option(installation):
    text = written_options({**RULE, "source": "nowhere", "colour": "red"})

    page = send(installation, "/rules/new", key="wrong", options=text).text

    assert 'aria-invalid="true"' in page
    assert "colour: is not a known key" in page
    assert "wrong" not in installation.stores.records.names("rules")


def test_a_mapping_is_shown_and_stays_while_a_source_names_it(installation):
    shown = installation.get("/mappings/person", "read").text
    page = send(installation, "/mappings/person/delete", name="person")

    assert "salesforce = Title" in shown
    assert "/edit" not in shown
    assert "leads" in page.text
    assert "person" in installation.stores.records.names("mappings")


@pytest.mark.parametrize("section", ["mappings", "pairs", "consents"])
def test_lists_of_records_say_what_they_are(installation, section):
    page = installation.get(f"/{section}", "read").text

    assert all(name in page for name in CONFIGURATION.get(section, ()))
    assert ("person" in page) == ("person" in CONFIGURATION.get(section, ()))
    assert "New " not in page
    assert f"/{section}/new" in installation.get(f"/{section}").text


def test_who_operates_may_not_write_records(installation):
    assert installation.get("/rules/nurture/edit", "operate").status_code == 403
    assert installation.get("/imports/new", "operate").status_code == 403
