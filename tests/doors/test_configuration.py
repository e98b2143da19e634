"""The configuration: nasty values in the place of any key of a file, told by their place."""

import copy
import tomllib
from contextlib import suppress
from itertools import cycle
from pathlib import Path

import pytest

from pipeline.errors import Misconfigured
from pipeline.records import configuration
from tests.nasty_values import values

FILE = Path(__file__).parents[1] / "fixtures" / "both_systems.toml"
OF_A_PLACE = 2  # values that are tried there; all of them come in turn
SECTIONS = """
    connectors destinations sources mappings rules consents pairs imports files alerts channels
""".split()


@pytest.fixture
def read(monkeypatch):
    """Reads a document as a file, which is taken or refused."""

    def read(document):
        monkeypatch.setattr(configuration, "parse_toml", lambda _: document)
        with suppress(Misconfigured):
            configuration.read_configuration("x.toml", {}, ["acme"])

    return read


def places_of(document, prefix=()):
    """Yield the path of each key and element."""
    for key, value in document.items() if isinstance(document, dict) else enumerate(document):
        yield (*prefix, key)
        if isinstance(value, dict | list):
            yield from places_of(value, (*prefix, key))


def spoilt(document, place, value):
    """Return a copy with a value at a place."""
    document = found = copy.deepcopy(document)
    for key in place[:-1]:
        found = found[key]
    found[place[-1]] = value
    return document


def test_a_value_in_any_place_is_taken_or_told(read):
    """Each record alone, for a whole file takes long to read."""
    document, odd = tomllib.loads(FILE.read_text()), cycle(values().values())

    for section, records in document.items():
        for name, record in records.items():
            for place in places_of(record):
                for _ in range(OF_A_PLACE):
                    read({section: {name: spoilt(record, place, next(odd))}})

    assert configuration.check_document(document)[1] == []


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_or_record_of_any_value_is_told(read, section):
    for value in values().values():
        for document in ({section: value}, {section: {"one": value}}, {section: {"one": {"label": value}}}):
            read(document)
