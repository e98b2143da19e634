"""Pairs as records: of sources on either side, with variables that both sides have alike."""

import pytest

from pipeline.errors import Misconfigured
from tests.records.both_systems import apply as apply

PAIR = 'person = { salesforce = ["leads", "contacts"], responsys = "members", '
FIELDS = 'fields = { title = "ask", phone = "responsys" }'
MEMBERS = 'columns = { TITLE = "title", PHONE = "phone" }'
OTHER = """
[pairs.other]
salesforce = ["contacts"]
responsys = "members"
fields = { title = "ask" }
"""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ((PAIR, 'person = { salesforce = ["leads", "contact"], responsys = "members", '),
         'pairs.person.salesforce: "contact" is not a source; did you mean "contacts"?'),
        ((PAIR, 'person = { salesforce = ["members"], responsys = "members", '),
         'pairs.person.salesforce: "members" is of kind responsys; this side needs sources of kind '
         "salesforce"),
        ((PAIR, 'person = { salesforce = ["stages"], responsys = "members", '),
         'pairs.person.salesforce: "stages" is a history; pairs look at records as they are'),
        ((PAIR, 'person = { salesforce = ["webinar"], responsys = "members", '),
         'pairs.person.salesforce: "webinar" is a snapshot; pairs look at streams alone'),
        ((PAIR, 'person = { salesforce = ["leads"], responsys = "contacts", '),
         'pairs.person.responsys: "contacts" is of kind salesforce; this side needs a source of kind '
         "responsys"),
        ((FIELDS, 'fields = { titel = "ask" }'),
         'pairs.person.fields.titel: "titel" is not read by "members"; did you mean "title"?'),
        ((FIELDS, 'fields = { title = "newest" }'),
         'pairs.person.fields.title: "newest" is not an owner; there are: ask, responsys, salesforce'),
        ((FIELDS, "fields = {}"), "pairs.person.fields: must name 1 to 500 variables"),
        (('mode = "live" }', 'mode = "on" }'), 'pairs.person.mode: "on" is not a mode'),
        (('mode = "live" }', 'settle = "soon" }'), "pairs.person.settle: must be a number with s, m, h"),
        ((', every = 15, audience = "members"', ", every = 15"),
         'pairs.person.responsys: "members" has no audience, by which its edits would reach the other side'),
    ],
)  # fmt: skip
def test_each_reference_that_does_not_fit_is_named(apply, records, change, problem):
    with pytest.raises(Misconfigured) as raised:
        apply(change)

    assert problem in str(raised.value)
    assert not any(records.export().values())


@pytest.mark.parametrize(
    ("column", "pair", "problem"),
    [
        ("company", 'company = "ask"', 'company: "Account.Name" of "contacts" is a field of a parent'),
        ("interest", 'interest = "ask"',
         'interest: mapping "person" of "contacts" has no field of Contact for it'),
    ],
)  # fmt: skip
def test_each_side_needs_a_field_that_can_be_written(apply, column, pair, problem):
    read = MEMBERS.replace('"phone" }', f'"phone", EXTRA = "{column}" }}')

    with pytest.raises(Misconfigured) as raised:
        apply((MEMBERS, read), (FIELDS, FIELDS.replace(" }", f", {pair} }}")))

    assert f"pairs.person.fields.{problem}" in str(raised.value)


def test_sides_of_different_types_are_refused(apply):
    typed = (
        'title = "TITLE", phone = "PHONE", first',
        'title = { column = "TITLE", type = "INTEGER" }, first',
    )

    with pytest.raises(Misconfigured) as raised:
        apply(typed)

    assert str(raised.value) == (
        "pairs.person.fields.title: its sides differ in type: text in Salesforce, INTEGER for TITLE "
        "in destination people"
    )


def test_a_variable_of_a_source_is_in_one_pair(apply):
    with pytest.raises(Misconfigured) as raised:
        apply(more=OTHER)

    assert 'pairs.person.fields.title: of "contacts" is in pair "other" already' in str(raised.value)


def test_a_source_of_a_pair_stays(apply):
    with pytest.raises(Misconfigured, match='pairs name the source "members"'):
        apply().remove("sources", "members")


def test_a_pair_that_watches_needs_no_audiences(apply):
    records = apply(
        (', every = 15, audience = "members"', ", every = 15"), ('mode = "live" }', 'mode = "watch" }')
    )

    assert records.load().pairs["person"].watches


def test_a_circle_over_both_systems_needs_a_pair(apply):
    with pytest.raises(Misconfigured) as raised:
        apply((FIELDS, 'fields = { phone = "responsys" }'))

    way = (
        "a circle: Contact.Title → source contacts → audience people → destination people → "
        "CONTACTS_LIST.TITLE → source members → audience members → destination back → Contact.Title; "
        'leave the field out of one of them, or give a pair "title"'
    )
    assert way in str(raised.value)
    assert "Phone" not in str(raised.value)


TITLE = 'title = { salesforce = "Title", length = 128, form = ["trim", "squeeze"], null = "blank" }'


def test_a_variable_that_does_not_come_back_as_it_went_is_refused_with_an_example(apply):
    with pytest.raises(Misconfigured) as raised:
        apply((TITLE, 'title = { salesforce = "Title", form = ["trim", "lower"] }'))

    assert (
        'pairs.person.fields.title: mapping "person" does not bring it back as it went: '
        '"McDonald" becomes "mcdonald", which goes back as "mcdonald"; one direction alone may have it'
    ) in str(raised.value)
