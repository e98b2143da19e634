"""Entries of a chunk, written without encoding an activation again."""

import json

import pytest

from pipeline.model.activation import Activation, encode
from pipeline.produce.chunk import Chunk, Timestamps, with_fields
from pipeline.produce.series import Series

BARE = {"audience": "lapsed-buyers", "profile_id": "p-1", "call_type": "ADD"}


def entry(activation, **options):
    chunk = Chunk(Series("f00", 7), Timestamps(lambda: 0.0))
    chunk.add(activation, **options)
    return json.loads(chunk.entries[0])


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ("", '{"profile_id":"p-1"}'),
        (',"auto_id":"f00-7-0"', '{"profile_id":"p-1","auto_id":"f00-7-0"}'),
        (
            ',"occurred_at":"1970-01-01T00:00:00Z"',
            '{"profile_id":"p-1","occurred_at":"1970-01-01T00:00:00Z"}',
        ),
        (',"bulk":true', '{"profile_id":"p-1","bulk":true}'),
        (',"auto_id":"f00-7-0","bulk":true', '{"profile_id":"p-1","auto_id":"f00-7-0","bulk":true}'),
    ],
)
def test_fields_are_written_behind_those_of_the_object(fields, written):
    assert with_fields(b'{"profile_id":"p-1"}', fields) == written


def test_an_activation_gets_the_id_and_the_time_that_it_lacks():
    assert entry(Activation(**BARE)) == {
        **BARE,
        "auto_id": "f00-7-0",
        "occurred_at": "1970-01-01T00:00:00Z",
    }


def test_an_id_is_kept_and_a_backfill_marked():
    written = entry(Activation(**BARE, id="order-7"), bulk=True)

    assert written == {**BARE, "id": "order-7", "occurred_at": "1970-01-01T00:00:00Z", "bulk": True}


def test_a_mark_that_is_there_is_not_written_twice():
    activation = Activation(**BARE, bulk=True)
    chunk = Chunk(Series("f00", 7), Timestamps(lambda: 0.0))
    chunk.add_json(encode(activation), activation, bulk=True)

    assert chunk.entries[0].count('"bulk"') == 1
