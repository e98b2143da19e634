"""The description of the API: complete, with problems and examples, and true where that is cheap to see."""

import re

import pytest
from flask import Flask

from pipeline.web.app import BLUEPRINTS
from pipeline.web.paths import LetterId

METHODS = ("get", "put", "post", "delete")


@pytest.fixture(scope="module")
def web(start):
    return start("--workers", "1")


@pytest.fixture(scope="module")
def spec(web):
    return web.get("/openapi.json", scope=None).json()


def operations(spec):
    return [
        (method, path, operation)
        for path, found in spec["paths"].items()
        for method, operation in found.items()
        if method in METHODS
    ]


def test_every_operation_says_what_may_go_wrong(spec):
    for method, path, operation in operations(spec):
        responses = operation["responses"]
        assert {"422", "500"} <= responses.keys(), path
        assert "default" not in responses
        assert operation["summary"]
        for status, response in responses.items():
            assert status == "414" or "X-Request-Id" in response["headers"], (path, status)
        if operation.get("security"):
            assert {"401", "403", "429", "503"} <= responses.keys(), path
        if "requestBody" in operation:
            assert {"400", "408", "413", "415"} <= responses.keys(), (method, path)


def test_every_route_of_the_api_is_described(spec):
    app = Flask(__name__, static_folder=None)
    app.url_map.converters["letter"] = LetterId
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)

    routes = {
        (method.lower(), re.sub(r"<(?:[^:<>]*:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    assert {(method, path) for method, path, _ in operations(spec)} == routes


def test_problems_have_an_example_of_each_type(spec):
    conflict = spec["paths"]["/v1/dead-letters/replay"]["post"]["responses"]["409"]
    [(slug, example)] = conflict["content"]["application/problem+json"]["examples"].items()

    assert (slug, example["value"]["type"]) == ("count-changed", "/problems/count-changed")
    assert example["value"]["matched"] == 1235


def test_every_reference_leads_somewhere(spec):
    for kind, name in re.findall(r"#/components/(\w+)/(\w+)", str(spec)):
        assert name in spec["components"][kind]


def test_the_paths_are_those_of_the_log_and_the_metrics(spec):
    expected = {
        "/v1/dead-letters/{id}",
        "/v1/dead-letters/{id}/activation",
        "/v1/operations/{id}",
        "/v1/batches/{id}/rows",
        "/v1/connectors/{name}",
        "/v1/audiences/{audience}/activations",
        "/metrics",
    }
    assert expected <= spec["paths"].keys()


def test_no_operation_but_those_of_health_is_served_without_a_key(web, spec):
    for method, path, _ in operations(spec):
        if path in ("/healthz", "/readyz"):
            continue
        answer = web.call(method.upper(), re.sub(r"\{\w+\}", "x", path), scope=None)
        assert (path, answer.status_code) == (path, 401)


@pytest.mark.parametrize(("name", "allowed"), [("replay", "POST"), ("drop", "POST"), ("groups", "GET, HEAD")])
def test_what_stands_beside_the_letters_is_no_letter(web, name, allowed):
    assert web.call("DELETE", f"/v1/dead-letters/{name}").headers["Allow"] == allowed


def test_a_letter_is_logged_by_its_route(web):
    answer = web.get("/v1/dead-letters/one-of-many")

    assert answer.json()["type"] == "/problems/not-found"
    assert "route=/v1/dead-letters/{id} status=404" in web.log.read_text()


def test_bodies_that_may_be_left_out_are_described_so(spec):
    bodies = {
        path: operations["post"]["requestBody"].get("required", False)
        for path, operations in spec["paths"].items()
        if "requestBody" in operations.get("post", {})
    }

    assert not bodies["/v1/destinations/{name}/pause"]
    assert not bodies["/v1/destinations/{name}/resume"]
    assert bodies["/v1/dead-letters/replay"]


def test_text_of_a_filter_is_described_without_nul(spec):
    [connector] = [
        one
        for one in spec["paths"]["/v1/dead-letters/groups"]["get"]["parameters"]
        if one["name"] == "connector"
    ]

    assert connector["schema"]["pattern"] == r"^[^\x00]*$"
