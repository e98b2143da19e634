"""Sources run over HTTP, with a worker; and series of numbers."""

import sqlite3

import pytest

from tests.environment import ACME, LAPSED
from tests.processes.environment import until


@pytest.fixture(scope="module")
def web(start, tmp_path_factory):
    web = start("--workers", "1")
    file = tmp_path_factory.mktemp("customers") / "customers.db"
    database = sqlite3.connect(file)
    database.execute("CREATE TABLE customers (id TEXT, crm_id TEXT)")
    database.executemany("INSERT INTO customers VALUES (?, ?)", [(f"p{n}", f"C-{n}") for n in range(3)])
    database.commit()
    database.close()
    source = {
        "audience": "lapsed-buyers",
        "url": f"sqlite:///{file}",
        "query": "SELECT id AS profile_id, crm_id FROM customers",
        "every": 60,
        "enabled": False,
    }
    web.stores.records.apply(
        {"connectors": {"acme": ACME}, "destinations": {"lapsed": LAPSED}, "sources": {"quiet": source}}
    )
    return web


def run(web, name="quiet", scope="operate", **body):
    return web.call("POST", f"/v1/sources/{name}/run", scope, json=body)


def test_a_source_is_run_by_a_worker(web, worker):
    answer = run(web, confirm=True)

    assert (answer.status_code, answer.json()["kind"]) == (202, "run")
    where = answer.headers["Location"]
    assert where == f"/v1/operations/{answer.json()['operation']}"
    done = until(lambda: (it := web.get(where, "read").json())["state"] == "done" and it, within=60)
    assert [done[name] for name in ("entering", "changed", "leaving", "sent")] == [3, 0, 0, 3]
    [activity] = web.get("/v1/activity?action=source.run&limit=1").json()["activity"]
    assert (activity["actor"], activity["object"]) == ("key:operate", "source:quiet")


def test_a_query_is_always_read_whole(web):
    answer = run(web, full=True)

    assert (answer.status_code, list(answer.json()["errors"]["json"])) == (422, ["full"])


def test_a_run_needs_the_scope_and_a_source(web):
    assert run(web, scope="read").json()["needs"] == "operate"
    assert run(web, name="loud").json()["type"] == "/problems/not-found"
    assert run(web, confirm="maybe").status_code == 422


@pytest.mark.parametrize(
    ("query", "step", "points"),
    [
        ("", "minute", 60),
        ("step=minute&since=5m", "minute", 5),
        ("step=hour&since=48h", "hour", 48),
        ("step=day&since=7d", "day", 7),
        ("step=minute&since=1d&connector=acme&destination=lapsed", "minute", 1440),
    ],
)
def test_a_series_has_a_point_for_each_step(web, query, step, points):
    answer = web.get(f"/v1/stats/series?{query}", "read").json()

    assert (answer["step"], len(answer["points"])) == (step, points)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("step=minute&since=25h", 422),
        ("step=hour&since=93d", 422),
        ("step=year", 422),
        ("since=soon", 422),
        ("since=999999999w", 422),
        ("connector=nowhere", 404),
        ("destination=nowhere", 404),
    ],
)
def test_a_series_that_cannot_be_is_refused(web, query, status):
    assert web.get(f"/v1/stats/series?{query}", "read").status_code == status
