"""Rules as records: exported as they were given, of streams that are there, with conditions that fit."""

import tomllib
from datetime import UTC, datetime

import pytest

from pipeline.errors import Misconfigured
from pipeline.records import configuration
from pipeline.text import toml
from tests.records.test_mapping_records import CRM
from tests.schemas.test_record_mapping import EXAMPLE

RULE = """
[rules.nurture]
source = "leads"
on = "new"
when = { LeadSource = ["Web", "Event"], Interest__c = "CRM" }
audience = "nurture"
again_after = "30d"
group = "nurture"
active_for = "21d"
hours = { days = ["mon", "tue"], from = "09:00", to = "18:00", zone = "Europe/Paris" }
most = { entries = 5, per = "1d" }
only_if = { STATE = ["new"] }
"""


@pytest.fixture
def apply(records, tmp_path):
    def apply(text):
        file = tmp_path / "activation.toml"
        file.write_text(text)
        records.apply(configuration.read_configuration(str(file), {}, records.names("connectors")))
        return records

    return apply


def test_they_are_part_of_the_catalog(apply):
    [found] = apply(EXAMPLE + CRM + RULE).load().rules.values()

    assert (found.source, found.on, found.again_after, found.active_for) == (
        "leads", "new", 30 * 86_400, 21 * 86_400,
    )  # fmt: skip
    assert (found.most.entries, found.most.per, found.most.over_all) == (5, 86_400, False)
    assert found.only_if == {"STATE": ("new",)}
    assert not found.watches


@pytest.mark.parametrize(
    ("moment", "are_open"),
    [
        (datetime(2026, 11, 30, 8, 0, tzinfo=UTC), True),  # Monday, nine o'clock in Paris
        (datetime(2026, 11, 30, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 30, 17, 0, tzinfo=UTC), False),  # six o'clock
        (datetime(2026, 12, 2, 10, 0, tzinfo=UTC), False),  # Wednesday
    ],
)
def test_hours_are_those_of_their_zone(apply, moment, are_open):
    [found] = apply(EXAMPLE + CRM + RULE).load().rules.values()

    assert found.hours.are_open(moment) is are_open


def test_they_are_exported_as_they_were_written(apply):
    records = apply(EXAMPLE + CRM + RULE)

    exported = tomllib.loads(toml.dumps(records.export()))["rules"]["nurture"]

    given = tomllib.loads(RULE)["rules"]["nurture"]
    assert {key: exported[key] for key in given if key != "most"} == {
        key: value for key, value in given.items() if key != "most"
    }
    assert not records.apply(records.export())


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (RULE.replace('"leads"', '"lead"'), 'rules.nurture.source: "lead" is not a source'),
        (RULE.replace('Interest__c = "CRM"', "Email = { above = 3 }"), '"above" does not go with a field'),
        (RULE.replace('again_after = "30d"', 'again_after = "soon"'),
         'again_after: must be a number with s, m, h, d or w, such as "7d", or "never"'),
        (RULE.replace('to = "18:00"', 'to = "08:00"'), "must be later than from"),
        (RULE.replace('audience = "nurture"\n', ""), "rules.nurture.audience: is missing"),
        (RULE + 'often = ["day"]\n', "often: is not a known key"),
        (RULE + 'once = ["day"]\n',
         'rules.nurture.once: goes with a source of kind responsys_events alone, and "leads" is'),
        (RULE + 'score = { CLICK = 5 }\nwithin = "30d"\nreaches = 25\n',
         'rules.nurture.score: goes with a source of kind responsys_events alone'),
        (RULE + 'within = "30d"\nreaches = 25\n',
         "rules.nurture.score: is missing: it goes with within and reaches"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_stored(apply, records, rule, problem):
    with pytest.raises(Misconfigured, match="rules") as raised:
        apply(EXAMPLE + CRM + rule)

    assert problem in str(raised.value)
    assert not any(records.export().values())


@pytest.mark.parametrize(
    ("section", "key"), [("rules", "source"), ("pairs", "salesforce"), ("consents", "sources")]
)
def test_a_record_without_its_source_is_refused(apply, section, key):
    with pytest.raises(Misconfigured, match=f"{section}.new.{key}: is missing"):
        apply(f"[{section}.new]\naudience = 'a'\n")


def test_a_rule_of_a_snapshot_is_refused(apply):
    with pytest.raises(Misconfigured, match="is a snapshot; rules look at streams alone"):
        apply(EXAMPLE + CRM + 'snapshot = true\naudience = "all"\n' + RULE)


def test_a_source_with_rules_stays(apply):
    records = apply(EXAMPLE + CRM + RULE)

    with pytest.raises(Misconfigured, match='rules name the source "leads"'):
        records.remove("sources", "leads")


def test_a_rule_of_people_without_records_is_refused(apply):
    keys = '[sources.keys]\nkind = "people"\nconnector = "crm"\nevery = 60\naudience = "keys"\n'

    with pytest.raises(Misconfigured, match='"keys" is of kind people; rules look at records of Salesforce'):
        apply(EXAMPLE + CRM + keys + RULE.replace('"leads"', '"keys"'))


BACK = """
[destinations.back]
audience = "people"
connector = "crm"
action = "salesforce_record"
fields = { title = "Title", phone = "Fax" }
"""


def test_a_circle_is_refused_and_printed(apply, records):
    with pytest.raises(Misconfigured) as raised:
        apply(EXAMPLE + CRM + 'audience = "people"\n' + BACK)

    circle = "Lead.Title → source leads → audience people → destination back → Lead.Title"
    assert circle in str(raised.value)
    assert "Fax" not in str(raised.value)
    assert not any(records.export().values())


@pytest.mark.parametrize(
    "back",
    [
        BACK.replace('"Title"', '"Other__c"'),
        BACK.replace("fields", 'objects = ["Contact"]\nfields'),
        BACK.replace('"people"', '"others"'),
    ],
)
def test_what_comes_back_elsewhere_is_no_circle(apply, back):
    assert "back" in apply(EXAMPLE + CRM + 'audience = "people"\n' + back).load().destinations


EVENTS = """
[sources.engagement]
kind = "responsys_events"
connector = "acme"
types = ["OPEN", "CLICK"]
[connectors.acme]
kind = "responsys"
username = "api_user"
password = "s"
auth_endpoint = "login5.responsys.net"
profile_list = "CONTACTS_LIST"
[rules.hot]
source = "engagement"
audience = "hot"
"""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (EVENTS + "score = { CLICK = 5 }\n", "rules.hot.within: is missing: it goes with score"),
        (EVENTS + "score = {}\n", "rules.hot.score: must name at least one type of event"),
        (EVENTS + 'score = { FORM = 5 }\nwithin = "1d"\nreaches = 5\n',
         'rules.hot.score.FORM: "FORM" is not a type of "engagement"; there are: CLICK, OPEN'),
        (EVENTS + 'current = { type = "OPEN" }\n',
         "rules.hot.current: goes with records of Salesforce alone: an event stays as it is"),
        (EVENTS + "once = []\n", "rules.hot.once: must be a list of 1 to 10 columns of events"),
        (EVENTS.replace('"CLICK"', '"CLIK"'),
         'sources.engagement.types: "CLIK" is not a type of event; did you mean "CLICK"?'),
    ],
)  # fmt: skip
def test_each_mistake_of_a_rule_on_events_is_named(apply, records, text, problem):
    with pytest.raises(Misconfigured) as raised:
        apply(text)

    assert problem in str(raised.value)
    assert not any(records.export().values())
