"""pipeline.operate.status.day_counts: an org's calls of 24 hours, as status and metrics show them."""

import time
from dataclasses import replace

import pytest

from pipeline.lanes.backlog import Backlog
from pipeline.lanes.draw import draw
from pipeline.lanes.quota import quota_of
from pipeline.operate.metrics.of_redis import day_metrics
from pipeline.operate.status.day_counts import drain_of
from pipeline.operate.status.document import document
from pipeline.operate.status.outside_troubles import of_pace
from pipeline.operate.status.status import read_status
from pipeline.operate.status.troubles import troubles
from pipeline.stores import allowances
from tests.environment import ACME, LAPSED, LEFT

CRM = {
    "kind": "salesforce",
    "host": "https://acme.my.salesforce.com",
    "client_id": "3MVG9",
    "client_secret": "s3cret",
    "version": "52.0",
}


@pytest.fixture
def org(environment):
    """Tells the use of an org; four of our calls of the last hour were made."""
    environment.apply({"acme": ACME, "crm": CRM}, {"lapsed": LAPSED, "left": LEFT})
    connector = environment.catalog.connectors["crm"]

    def tell(used):
        allowances.note(environment.redis, connector.account, {"calls": f"{used}/96000"}, 300)

    tell(1_234)
    for _ in range(4):
        assert draw(environment.redis, quota_of(connector, "calls")) == 0
    return tell


def read(environment):
    return read_status(environment.redis, environment.engine, environment.catalog, patience=0)


def of_org(environment):
    return [
        (each.text, each.remedy, each.passing) for each in troubles(read(environment)) if "crm" in each.text
    ]


def test_the_use_and_our_part_of_it(environment, org):
    assert document(read(environment))["orgs"] == [
        {
            "connector": "crm",
            "account": environment.catalog.connectors["crm"].account,
            "used_calls": 1_234,
            "most_calls": 96_000,
            "share": 0.25,
            "ceiling": 0.8,
            "above_ceiling": False,
            "calls_per_hour": 1_000,
            "calls_last_hour": 4,
            "drain_seconds": 0.0,
            "version_ends": False,
        }
    ]


@pytest.mark.parametrize(("now", "seconds"), [(1_000, 3 * 3.6), (0, None)])
def test_the_backlog_takes_as_long_as_its_calls(environment, org, now, seconds):
    [count] = read(environment).day_counts
    acme = environment.catalog.connectors["acme"]
    pace = replace(count.pace, now=now)

    assert drain_of(environment.catalog, acme, {"lapsed": Backlog(waiting=450)}, pace) == seconds


def test_above_the_ceiling_only_the_first_class_goes_on(environment, org):
    org(80_000)

    way_out = "goes on by itself when fewer are; see who else calls, or raise `ceiling`"
    used = 'connector "crm": 80,000 of 96,000 calls of 24 hours are used by all: '
    assert of_org(environment) == [(used + "only destinations of the first class go on", way_out, True)]


def test_the_hour_after_the_daily_limit_names_the_command_that_ends_it(environment, org):
    [count] = read(environment).day_counts

    [trouble] = of_pace(replace(count.pace, paused=1_800.0), environment.catalog)

    assert trouble.text.endswith("Salesforce refused calls for its limit; paused for another 30 min")
    assert trouble.remedy == (
        "it goes on by itself; at once, when there are calls again: `activation resume crm`"
    )


def test_the_last_calls_of_an_org_are_left_to_others(environment, org):
    org(95_000)

    [(text, _, _)] = of_org(environment)
    assert text.endswith("95,000 of 96,000 calls of 24 hours are used by all: nothing goes out")


def test_the_end_of_a_version_is_a_trouble_with_its_way_out(environment, org):
    account = environment.catalog.connectors["crm"].account
    environment.redis.hset(f"ending:{account}", "52.0", str(round(time.time())))

    assert of_org(environment) == [
        (
            'connector "crm": the org announces the end of version 52.0',
            "give a newer `version`, then `activation check`",
            False,
        )
    ]


def test_accounts_of_other_kinds_have_no_such_counts(environment):
    assert "orgs" not in document(read(environment))
    assert list(day_metrics(environment.redis, environment.catalog)) == []


def test_metrics_tell_the_use_and_our_part_of_it(environment, org):
    found = {
        family.name: [(sample.labels, sample.value) for sample in family.samples]
        for family in day_metrics(environment.redis, environment.catalog)
    }

    label = {"connector": "crm"}
    assert found == {
        "activation_org_calls_used": [(label, 1_234)],
        "activation_org_calls_most": [(label, 96_000)],
        "activation_org_calls_last_hour": [(label, 4)],
        "activation_org_calls_per_hour": [(label, 1_000)],
    }
