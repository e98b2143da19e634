"""The example of two systems in step becomes records, and comes back as it was given."""

import tomllib

from pipeline.model.consent_account import ConsentAccount
from pipeline.model.pair import Pair
from pipeline.model.rule import Score
from pipeline.model.source import EventsSource, MembersSource, ProfilesSource
from pipeline.text import toml
from tests.records.both_systems import EXAMPLE
from tests.records.both_systems import apply as apply


def test_it_is_part_of_the_catalog(apply):
    catalog = apply().load()

    assert catalog.pairs["person"] == Pair(
        name="person", salesforce=("leads", "contacts"), responsys="members",
        fields={"title": "ask", "phone": "responsys"}, settle=900, mode="live",
    )  # fmt: skip
    assert catalog.consents["email"] == ConsentAccount(
        name="email", channel="email", sources=("leads", "contacts", "opt-outs"), audience="consent-email"
    )
    assert catalog.rules["hot"].score == Score({"OPEN": 1, "CLICK": 5, "FORM": 20}, 30 * 86_400, 25)
    assert catalog.rules["log"].once == ("type", "campaign_id", "day")


def test_sources_of_responsys_are_streams(apply):
    sources = apply().load().sources

    engagement, totals, members = sources["engagement"], sources["totals"], sources["members"]
    assert isinstance(engagement, EventsSource)
    assert engagement.types == ("OPEN", "CLICK", "BOUNCE", "CONVERT", "FORM")
    assert isinstance(totals, ProfilesSource)
    assert (totals.audience, totals.every) == ("totals", 60)
    assert isinstance(members, MembersSource)
    assert members.variables == {"title", "phone"}
    assert all(one.is_stream for one in (engagement, totals, members))


def test_audiences_of_consents_are_told_their_verdicts(apply):
    assert "consent-email" in apply().load().witnessed_audiences


def test_it_is_exported_as_it_was_written(apply):
    records = apply()

    exported, given = tomllib.loads(toml.dumps(records.export())), tomllib.loads(EXAMPLE)

    assert exported["pairs"]["person"] == {**given["pairs"]["person"], "settle": "15m"}
    assert exported["consents"]["email"] == {**given["consents"]["email"], "mode": "live"}
    assert exported["rules"]["hot"].items() >= given["rules"]["hot"].items()
    assert not records.apply(records.export())
