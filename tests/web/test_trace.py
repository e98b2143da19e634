"""Batches and traces over HTTP: after a real delivery, in this process."""

import json

import pytest

from tests.settle.test_outcomes import store


@pytest.fixture(scope="module")
def web(start):
    return start("--workers", "1")


@pytest.fixture(scope="module", autouse=True)
def settled(web):
    store(web.stores.engine, 1, ["lovelace", "bo"], {0: "NO_RECIPIENT_FOUND"})
    store(web.stores.engine, 2, ["lovelace"])


def test_a_trace_tells_what_became_of_a_profile(web):
    answer = web.call("POST", "/v1/trace", "operate", json={"profile_id": "lovelace"})

    verdicts = [(one["batch"], one["verdict"]) for one in answer.json()["outcomes"]]
    assert verdicts == [("b1", "NO_RECIPIENT_FOUND"), ("b2", "delivered")]
    assert answer.json()["waiting"] == []
    [activity] = web.get("/v1/activity?action=profile.traced&limit=1").json()["activity"]
    assert "lovelace" not in json.dumps(activity)


def test_a_trace_comes_in_pages(web):
    answer = web.call("POST", "/v1/trace", "operate", json={"profile_id": "lovelace", "limit": 1})
    assert "Link" not in answer.headers  # the cursor goes into a body
    first = answer.json()
    body = {"profile_id": "lovelace", "limit": 1, "cursor": first["next"]}
    second = web.call("POST", "/v1/trace", "operate", json=body).json()

    assert [one["batch"] for one in first["outcomes"] + second["outcomes"]] == ["b1", "b2"]
    assert second["next"] is None
    foreign = web.call("POST", "/v1/trace", "operate", json={**body, "profile_id": "bo"})
    assert (foreign.status_code, list(foreign.json()["errors"])) == (422, ["json"])


def test_a_pasted_profile_id_loses_the_white_space_around_it(web):
    body = {"profile_id": "\ufeff lovelace\u00a0\n", "limit": 1}
    first = web.call("POST", "/v1/trace", "operate", json=body).json()
    second = web.call("POST", "/v1/trace", "operate", json={**body, "cursor": first["next"]}).json()

    assert first["profile_id"] == "lovelace"
    assert [one["batch"] for one in first["outcomes"] + second["outcomes"]] == ["b1", "b2"]


@pytest.mark.parametrize("profile", ["nobody", " \u200b"])
def test_nothing_is_known_of_somebody_unknown(web, profile):
    answer = web.call("POST", "/v1/trace", "operate", json={"profile_id": profile})

    assert (answer.status_code, answer.json()["outcomes"]) == (200, [])


def test_batches_are_listed_without_names_and_their_rows_are_for_who_operates(web):
    listed = web.get("/v1/batches?destination=lapsed", scope="read")

    assert [one["id"] for one in listed.json()["batches"]] == ["b1", "b2"]
    assert "lovelace" not in listed.text
    assert web.get("/v1/batches/b1/rows", scope="read").status_code == 403
    assert web.get("/v1/batches/b1/rows", scope="operate").json()["rows"] == [
        {"profile_id": "lovelace", "call_type": "ADD", "verdict": "NO_RECIPIENT_FOUND"},
        {"profile_id": "bo", "call_type": "ADD", "verdict": "delivered"},
    ]
    assert web.get("/v1/batches/none").status_code == 404
