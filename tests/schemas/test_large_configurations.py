"""Configurations of a hundred thousand mistakes are refused in linear time, and told in few words."""

import time
import tomllib
from difflib import get_close_matches

import pytest

from pipeline.records.configuration import check_document
from schemas import configuration_fields, document
from tests.schemas.test_connector import ACME

MANY = 100_000
KEYS = [f"max_age_{number}" for number in range(MANY)]
LAPSED = {"audience": "a", "connector": "acme", "action": "custom_event", "event": "E"}
SOURCE = {"audience": "a", "url": "sqlite://", "query": "SELECT 1", "every": 1}

PLACES = {
    "top": lambda keys: keys,
    "connector": lambda keys: {"connectors": {"acme": {**ACME, **keys}}},
    "connector of no kind": lambda keys: {"connectors": {"acme": keys}},
    "destination": lambda keys: {"destinations": {"lapsed": {**LAPSED, **keys}}},
    "destination of no action": lambda keys: {"destinations": {"lapsed": {**LAPSED, "action": "x", **keys}}},
    "source": lambda keys: {"sources": {"s": {**SOURCE, **keys}}},
    "limits": lambda keys: {"connectors": {"acme": {**ACME, "limits": keys}}},
    "columns of a source": lambda keys: {"sources": {"s": {**SOURCE, "columns": dict.fromkeys(keys, "x")}}},
    "names of connectors": lambda keys: {"connectors": dict.fromkeys(keys, 1)},
    "names of destinations": lambda keys: {"destinations": dict.fromkeys(keys, 1)},
    "call types": lambda keys: {"destinations": {"lapsed": {**LAPSED, "call_types": ["ADD", *keys]}}},
    "a long key": lambda _: {"connectors": {"acme": {**ACME, "x" * 10_000_000: 1}}},
    "a long kind": lambda _: {"connectors": {"acme": {**ACME, "kind": "x" * 10_000_000}}},
}


@pytest.mark.parametrize("place", PLACES)
def test_a_hundred_thousand_mistakes_cost_no_more_than_their_number(place):
    """By the square it would be hours; the bound leaves room for a busy machine."""
    data = PLACES[place](dict.fromkeys(KEYS, 1))
    began = time.process_time()

    problems = check_document(data)[1]

    assert problems
    assert time.process_time() - began < 20


@pytest.mark.parametrize("place", ["top", "connector", "destination", "source"])
def test_few_of_the_keys_that_are_not_known_are_named_and_the_others_counted(place):
    problems = check_document(PLACES[place](dict.fromkeys(KEYS, 1)))[1]

    assert len(problems) <= 25
    assert any("99,980 more keys are not known" in problem for problem in problems)


def test_a_likely_name_is_looked_for_a_few_times_only(monkeypatch):
    looks = []

    def look(*args, **options):
        looks.append(args)
        return get_close_matches(*args, **options)

    for module in (document, configuration_fields):
        monkeypatch.setattr(module, "get_close_matches", look)
    check_document(PLACES["connector"](dict.fromkeys(KEYS, 1)))
    check_document(PLACES["limits"](dict.fromkeys(("k" + key.replace("_", "") for key in KEYS), 1)))

    assert len(looks) <= 40


def test_all_unknown_keys_of_an_ordinary_document_are_named():
    problems = check_document(PLACES["connector"](dict.fromkeys(KEYS[:20], 1)))[1]

    assert sorted(problems) == sorted(f"connectors.acme.{key}: is not a known key" for key in KEYS[:20])


def test_reading_toml_of_as_many_keys_is_linear_too():
    assert len(tomllib.loads("\n".join(f"{key} = 1" for key in KEYS))) == MANY


def test_unknown_keys_are_named_in_the_order_of_the_document():
    keys = [f"{letter}_key" for letter in "qzafmbx"]

    problems = check_document(PLACES["destination"](dict.fromkeys(keys, 1)))[1]

    assert problems == [f"destinations.lapsed.{key}: is not a known key" for key in keys]
