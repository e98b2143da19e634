"""`GET /metrics`: from every process the same, whatever is away."""

import json
import os
import re
import signal
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from pipeline.deliver import call_seconds
from pipeline.settle import dead_letters as letters
from pipeline.settle import statistics
from pipeline.settle.dead_letters import DeadLetter
from pipeline.settle.statistics import Where
from pipeline.stores.operator_tables import import_runs
from pipeline.stores.shared_sums import SharedSums
from pipeline.stores.snapshot_tables import snapshots
from tests.cli.test_event_commands import ROWS
from tests.environment import ACME as RECORD
from tests.environment import LAPSED
from tests.event_files.folder import IMPORT, land
from tests.processes import ROOT
from tests.processes.environment import until

ACME = Where("acme", "lapsed")
PLACE = ("connector", "destination")
LIMIT = ("connector", "function")
METRICS = {  # name: labels and type
    "activation_rows": ((*PLACE, "outcome"), "counter"),
    "activation_rejected_rows": ((*PLACE, "code"), "counter"),
    "activation_resolved_dead_letters": ((*PLACE, "outcome"), "counter"),
    "activation_calls": (PLACE, "counter"),
    "activation_batches": (PLACE, "counter"),
    "activation_batch_rows": (PLACE, "counter"),
    "activation_delivery_seconds": (LIMIT, "histogram"),
    "activation_waiting_rows": (PLACE, "gauge"),
    "activation_in_flight_rows": (PLACE, "gauge"),
    "activation_oldest_row_seconds": (PLACE, "gauge"),
    "activation_overdue_seconds": (PLACE, "gauge"),
    "activation_dead_letters": ((*PLACE, "code"), "gauge"),
    "activation_intake_entries": ((), "gauge"),
    "activation_queue_messages": (("queue",), "gauge"),
    "activation_limit_calls_per_minute": (LIMIT, "gauge"),
    "activation_limit_calls_now": (LIMIT, "gauge"),
    "activation_limit_calls_last_minute": (LIMIT, "gauge"),
    "activation_limit_paused_seconds": (LIMIT, "gauge"),
    "activation_stopped": (("scope", "name", "kind"), "gauge"),
    "activation_source_last_success_timestamp_seconds": (("source",), "gauge"),
    "activation_import_last_success_timestamp_seconds": (("import",), "gauge"),
    "activation_import_files": (("import", "state"), "gauge"),
    "activation_events": (("import", "feed"), "counter"),
    "activation_consents_oldest_untold_seconds": (("consents",), "gauge"),
    "activation_hook_unknown_types": (("connector", "type"), "counter"),
    "activation_alerts_open": (("rule", "severity"), "gauge"),
    "activation_workers_up": ((), "gauge"),
    "activation_store_up": (("store",), "gauge"),
    "activation_redis_used_bytes": ((), "gauge"),
    "activation_redis_limit_bytes": ((), "gauge"),
    "activation_http_requests": (("method", "route", "status"), "counter"),
    "activation_http_request_seconds": (("route",), "histogram"),
    "activation_build_info": (("version",), "gauge"),
}
LAST_RUN = {
    "audience": "lapsed-buyers", "run": "r", "phase": "reading", "source": "quiet",
    "succeeded_at": datetime.now(UTC),
}  # fmt: skip

FILES = {
    "kind": "responsys_sftp",
    "host": "files.example.com",
    "username": "acme_scp",
    "private_key": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----",
    "host_key": "SHA256:" + "A" * 43,
}
IMPORT_RUN = {"name": IMPORT.name, "succeeded_at": datetime.now(UTC)}
CONSENTS = {"channel": "email", "sources": ["opt-outs"], "audience": "consent-email", "again": "never"}
OPT_OUTS = {
    "kind": "responsys_events", "connector": "acme", "types": ["OPT_OUT"], "every": 1, "enabled": True,
}  # fmt: skip
HELD = {"rule": "held", "channels": [], "severity": "warning"}


@pytest.fixture(scope="module")
def web(start, tmp_path_factory):
    web = start()
    file = tmp_path_factory.mktemp("files") / "12_CLICK_20260105_000000.txt"
    file.write_text(ROWS)
    land(web.stores.events, [file])
    with web.stores.engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(days=300)
        statistics.add(
            connection, long_ago, ACME, {"sent": 40, "batches": 2, "rows": 41, "calls": 2, "rejected:A": 1}
        )
        statistics.add(
            connection, datetime.now(UTC), ACME, {"sent": 2, "rejected:B": 3, "resolved:delivered": 4}
        )
        statistics.add(connection, long_ago, Where("acme", ""), {"unknown_type:EMAIL_FORWARDED": 1})
        letter = DeadLetter("l1", "acme", "lapsed", "lapsed-buyers", "ada", "B", "", "{}")
        letters.store(connection, [letter])
        connection.execute(snapshots.insert().values(LAST_RUN))
        connection.execute(import_runs.insert().values(IMPORT_RUN))
    records = web.stores.records
    records.apply(
        {
            "connectors": {"acme": RECORD, IMPORT.connector: FILES},
            "destinations": {"lapsed": LAPSED},
            "imports": {IMPORT.name: {"connector": IMPORT.connector}},
            "alerts": {"held": HELD},
            "sources": {"opt-outs": OPT_OUTS},
            "consents": {"email": CONSENTS},
        }
    )
    records.hold("destination", "lapsed", "paused", "", "")
    sums = SharedSums(call_seconds.KEY)
    sums.count("acme|triggerCustomEvent", 0.2, call_seconds.BOUNDS)
    sums.move(web.stores.redis)
    return web


def families(web):
    text = web.get("/metrics", scope="read").text
    return {family.name: family for family in text_string_to_metric_families(text)}


def samples(web):
    text = web.get("/metrics", scope="read").text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def rows(outcome):
    return ("activation_rows_total", ("connector", "acme"), ("destination", "lapsed"), ("outcome", outcome))


def test_every_metric_of_the_contract_is_there_with_its_labels_and_a_help(web):
    web.get("/healthz", scope=None)
    until(lambda: families(web)["activation_http_request_seconds"].samples, within=60)

    found = families(web)

    assert found.keys() == METRICS.keys()
    for name, (labels, kind) in METRICS.items():
        assert (name, found[name].type) == (name, kind)
        assert found[name].documentation
        assert found[name].samples, name
        named = {label for sample in found[name].samples for label in sample.labels} - {"le"}
        assert (name, named) == (name, set(labels))


def test_a_call_is_in_the_bucket_of_its_seconds(web):
    [metric] = [family for name, family in families(web).items() if name == "activation_delivery_seconds"]

    buckets = [sample for sample in metric.samples if sample.name.endswith("_bucket")]
    assert [(sample.labels["le"], sample.value) for sample in buckets] == [
        (bound, float(float(bound) >= 0.2))
        for bound in ("0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "30.0", "60.0", "+Inf")
    ]


def test_a_stop_is_reported_while_it_lasts(web):
    stop = ("activation_stopped", ("kind", "paused"), ("name", "lapsed"), ("scope", "destination"))

    assert samples(web)[stop] == 1


def test_counters_hold_all_that_was_ever_counted(web):
    found = samples(web)

    assert found[rows("sent")] == 42
    assert found[rows("rejected")] == 5
    assert found["activation_store_up", ("store", "redis")] == 1
    assert found["activation_workers_up",] == 0


def test_what_is_counted_later_is_added_in_every_process(web):
    before = samples(web)[rows("sent")]
    with web.stores.engine.begin() as connection:
        statistics.add(connection, datetime.now(UTC), ACME, {"sent": 5})

    assert {samples(web)[rows("sent")] for _ in range(6)} == {before + 5}


def test_a_code_from_outside_is_a_label_and_names_nobody(web):
    text = web.get("/metrics", scope="read").text

    assert 'activation_dead_letters{code="B",connector="acme",destination="lapsed"} 1.0' in text
    assert "ada" not in text


def test_requests_of_all_processes_are_counted(web):
    for _ in range(12):
        web.get("/healthz", scope=None)

    key = ("activation_http_requests_total", ("method", "GET"), ("route", "/healthz"), ("status", "200"))
    until(lambda: samples(web).get(key, 0) >= 12, within=60)


def test_without_redis_the_rest_is_there(web):
    server = web.stores.redis.info("server")["process_id"]
    os.kill(server, signal.SIGSTOP)
    try:
        found = samples(web)
    finally:
        os.kill(server, signal.SIGCONT)

    assert found["activation_store_up", ("store", "redis")] == 0
    assert found["activation_store_up", ("store", "sql")] == 1
    assert rows("sent") in found


def test_metrics_need_a_key(web):
    assert web.get("/metrics", scope=None).status_code == 401
    assert web.get("/metrics", scope="produce").status_code == 403


def names_in(page):
    """The metrics that a page of docs/ names, without what Prometheus adds to a histogram."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return {re.sub(r"_(bucket|count|sum)$", "", name) for name in re.findall(r"\bactivation_\w+", text)}


@pytest.mark.parametrize("page", ["grafana.json", "alerts.yml"])
def test_the_metrics_that_others_show_exist(page):
    known = {f"{name}_total" if kind == "counter" else name for name, (_, kind) in METRICS.items()}

    assert names_in(page) <= known


def test_the_dashboard_shows_every_metric():
    known = {f"{name}_total" if kind == "counter" else name for name, (_, kind) in METRICS.items()}

    assert names_in("grafana.json") == known


def test_the_dashboard_and_the_rules_can_be_read():
    dashboard = json.loads((ROOT / "docs" / "grafana.json").read_text("utf-8"))
    rules = yaml.safe_load((ROOT / "docs" / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]

    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    assert all({"alert", "expr", "labels", "annotations"} <= rule.keys() for rule in rules)


def test_events_are_counted_by_import_and_feed(web):
    found = samples(web)

    assert found["activation_events_total", ("feed", "CLICK"), ("import", IMPORT.name)] == 3
    assert found["activation_import_files", ("import", IMPORT.name), ("state", "landed")] == 1
