"""The fast reader of activations, held against marshmallow."""

import json
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import ValidationError
from msgspec import structs

from pipeline.model.activation import (
    MAX_ENTRY_BYTES,
    PIPELINE_FIELDS,
    Activation,
    Invalid,
    decode,
    encode,
    from_mapping,
)
from pipeline.model.activation_schemas import masked_messages
from pipeline.model.plain import plain
from schemas.activation import ActivationSchema, EntrySchema
from schemas.activation_fields import Text
from schemas.activation_limits import LONGEST, LONGEST_ID, MAX_BYTES

PLAIN = {"audience": "lapsed-buyers", "profile_id": "p-1", "call_type": "ADD"}
FULL = {
    **PLAIN,
    "identifiers": {"email": "ada@example.com"},
    "variables": {"tier": "gold", "points": 7, "score": 1.5, "vip": True, "store": None},
    "occurred_at": "2026-11-21T12:00:00Z",
    "id": "order-7",
}

TEXT = st.text(alphabet="aZ9@é😀 \n\x00\x85\ud800", max_size=4) | st.sampled_from(
    ["", " ", "\x00", "\n", "\ud800", "é", "p" * 128, "p" * 255, "p" * 256]
)
NUMBERS = (
    st.integers(-5, 5)
    | st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**30])
    | st.floats(allow_nan=True, allow_infinity=True)
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXT
JUNK = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(TEXT, SCALARS, max_size=2)
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))])).map(
    lambda moment: moment.isoformat()
) | st.sampled_from(
    [
        "2026-11-21",
        "2026-11-21 12:00",
        "2026-11-21T12:00:00",
        "2026-11-21t12:00:00.1234565z",
        "2026-11-21T12:00:00.9999999+0530",
        "2026-11-21T12:00:00-00:00",
        "2026-11-21T12:00:00+05:60",
        "2026-11-21T12:00:00+24:00",
        "2026-11-21T23:59:60Z",
        "2026-02-30T00:00:00Z",
        "9999-12-31T23:59:59.9999999Z",
        "0001-01-01T00:00:00+10:00",
    ]
)
HASHES = st.sampled_from(["a" * 64, "AbCdEf01" * 8, "a" * 63, "g" * 64, "a" * 64 + "\n", "ada@example.com"])
SALESFORCE_IDS = st.sampled_from(["00Q000000000aBc", "00Q000000000aBcEAI", "00Q000000000abcEAI"])
IDENTIFIERS = st.dictionaries(
    st.sampled_from(
        ["email", "riid", "crm_id", "hashed_email", "salesforce_id", "27", "7001", "2001", "phone"]
    ),
    HASHES
    | SALESFORCE_IDS
    | st.integers(-1, 3)
    | st.sampled_from(["1", "ada@example.com", "ada", " ", "", None, True, "x" * 256]),
    max_size=4,
)
NAMES = st.sampled_from(["tier", "points", "", "n" * 255, "n" * 256])
PLAUSIBLE = {
    "identifiers": IDENTIFIERS,
    "variables": st.dictionaries(NAMES, SCALARS, max_size=2),
    "occurred_at": MOMENTS,
    "profile_id": TEXT,
}
OURS = {"bulk": st.booleans() | JUNK, "auto_id": TEXT | JUNK, "destination": TEXT, "replay": st.none() | TEXT}
FIELDS = {
    "audience": st.just("a") | TEXT | JUNK,
    "profile_id": st.just("p") | TEXT | JUNK,
    "call_type": st.sampled_from(["ADD", "UPDATE", "REMOVE", "add", ""]) | JUNK,
    "identifiers": IDENTIFIERS | JUNK,
    "variables": st.dictionaries(NAMES | TEXT, JUNK, max_size=4) | JUNK,
    "occurred_at": st.none() | MOMENTS | JUNK,
    "id": st.none() | TEXT | JUNK,
    "unknown": JUNK,
}


def one_or_two(fields):
    """Mappings that are fine but perhaps for a field or two; else hardly any would be accepted."""
    return st.lists(st.sampled_from(sorted(fields)), max_size=2, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: fields[name] for name in names}).map(
            lambda changes: {**FULL, **changes}
        )
    )


MAPPINGS = one_or_two(PLAUSIBLE) | one_or_two(FIELDS | OURS)


def asked(schema, data):
    """What marshmallow says, with nobody's address as a name."""
    try:
        return shown(Activation(**schema().load(data)))
    except ValidationError as error:
        return json.dumps(masked_messages(error.messages))


def shown(activation):
    """Everything that tells two activations apart, types included."""
    fields = structs.asdict(activation)
    moment = fields.pop("occurred_at")
    return repr(fields), moment and moment.astimezone(UTC)


def read(reader, data):
    try:
        return shown(reader(data))
    except Invalid as error:
        return json.dumps(error.messages)


@given(MAPPINGS)
def test_reading_a_mapping_agrees_with_marshmallow(mapping):
    assert read(from_mapping, mapping) == asked(ActivationSchema, plain(mapping))


@example({**FULL, "variables": {"@": 2**63}})
@given(MAPPINGS)
def test_decoding_an_entry_agrees_with_marshmallow(mapping):
    raw = json.dumps(mapping)

    assert read(decode, raw.encode()) == asked(EntrySchema, plain(json.loads(raw)))


@given(st.datetimes(timezones=st.just(UTC)), st.text(alphabet="0123456789", min_size=1, max_size=9))
def test_fractions_of_a_second_are_rounded_alike(moment, fraction):
    mapping = {
        **PLAIN,
        "occurred_at": f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction}Z".rjust(len(fraction) + 21, "0"),
    }

    assert read(from_mapping, mapping) == asked(ActivationSchema, plain(mapping))


def test_the_struct_has_the_fields_of_the_schema():
    assert set(structs.asdict(Activation(**PLAIN))) == set(EntrySchema().fields)


def test_limits_of_the_struct_are_those_of_the_schema():
    """The struct is made without marshmallow, which takes long to import."""
    entry, own = EntrySchema().fields, ActivationSchema().fields
    lengths = {name: field.longest for name, field in entry.items() if isinstance(field, Text)}

    assert entry.keys() - own.keys() == PIPELINE_FIELDS
    assert {**dict.fromkeys(lengths, LONGEST), "id": LONGEST_ID} == lengths


@pytest.mark.parametrize(
    "mapping",
    [
        FULL,
        PLAIN,
        {**PLAIN, "identifiers": {"27": 5, "2001": "C-9"}},
        {**PLAIN, "occurred_at": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_the_ordinary_never_needs_marshmallow(mapping, monkeypatch):
    """Else a backfill would take ten times as long."""
    monkeypatch.setattr(ActivationSchema, "load", None)

    assert from_mapping(mapping).profile_id == "p-1"


def test_an_entry_reads_as_it_was_written():
    entry = Activation(
        "lapsed-buyers", "p-1", "REMOVE", {"riid": "1"}, {"tier": None}, datetime(2026, 11, 21, tzinfo=UTC),
        bulk=True, auto_id="f00-1-0", destination="lapsed-event", replay="d-1",
    )  # fmt: skip

    assert decode(encode(entry)) == entry


def test_identifiers_of_a_kind_of_text_are_read_as_the_text_they_are():
    """Such as a member of an enumeration, which shows itself as something else."""
    kind = Enum("Kind", {"ADDRESS": "ada@example.com"}, type=str)
    mapping = {**PLAIN, "identifiers": {"email": kind.ADDRESS}}

    assert read(from_mapping, mapping) == asked(ActivationSchema, plain(mapping))


def test_what_is_empty_is_left_out_of_an_entry():
    assert encode(from_mapping(PLAIN)) == b'{"audience":"lapsed-buyers","profile_id":"p-1","call_type":"ADD"}'


def test_an_identifier_is_found_by_name_and_by_partner_number():
    named = Activation(**PLAIN, identifiers={"riid": "1", "email": "ada@example.com"})
    numbered = Activation(**PLAIN, identifiers={"27": "1"})

    assert [named.identifier(key) for key in ("riid", "27", "email", "7001")] == [
        "1",
        "1",
        "ada@example.com",
        None,
    ]
    assert [numbered.identifier(key) for key in ("riid", "27")] == ["1", "1"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "This is not JSON: Expecting value at character 1."),
        (
            b'{"a" 1}',
            "This is not JSON: Expecting ':' delimiter at character 6.",
        ),
        (b"\xff{}", "This is not UTF-8: see byte 0."),
        (b"[" * 60_000, "This is not JSON we can read: nested too deeply, or a number too long."),
        (
            b'{"a": %s}' % (b"9" * 5_000),
            "This is not JSON we can read: nested too deeply, or a number too long.",
        ),
        (b"[]", "An activation is an object."),
    ],
)
def test_what_is_no_activation_at_all_is_explained(raw, message):
    with pytest.raises(Invalid) as caught:
        decode(raw)

    assert caught.value.messages == {"_schema": [message]}


def test_an_activation_has_at_most_64_kib():
    size = MAX_BYTES - len(encode(from_mapping({**PLAIN, "variables": {"it": ""}})))
    largest = {**PLAIN, "variables": {"it": "x" * size}}
    larger = {**PLAIN, "variables": {"it": "x" * (size + 1)}}

    assert len(encode(from_mapping(largest))) == MAX_BYTES
    with pytest.raises(Invalid) as caught:
        from_mapping(larger)
    assert caught.value.messages == {
        "_schema": [f"An activation has at most 65536 bytes as JSON; this one has {MAX_BYTES + 1}."]
    }


def test_the_largest_activation_can_still_become_an_entry():
    """An entry carries more than its activation, and must not be refused for it later."""
    size = MAX_BYTES - len(encode(from_mapping({**PLAIN, "variables": {"it": ""}})))
    largest = from_mapping({**PLAIN, "variables": {"it": "x" * size}})
    entry = structs.replace(
        largest,
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
        auto_id="f" * 255,
        destination="d" * 255,
        replay="r" * 255,
    )

    assert decode(encode(entry)) == entry
    with pytest.raises(Invalid):
        decode(b" " * (MAX_ENTRY_BYTES + 1))


def test_the_message_of_an_error_has_the_structure_of_marshmallow():
    with pytest.raises(Invalid, match="the activation is not valid: ") as caught:
        from_mapping({**PLAIN, "call_type": "add"})

    assert caught.value.messages == {"call_type": ["This must be ADD, UPDATE or REMOVE, in capitals."]}


def test_a_message_shows_nobody_when_names_and_values_were_swapped():
    swapped = {
        **PLAIN,
        "identifiers": {"ada@example.com": "email", "C-4711": "crm_id", "e-mail": "x"},
        "zoe@example.com": 1,
    }

    with pytest.raises(Invalid) as caught:
        from_mapping(swapped)

    assert caught.value.messages.keys() == {"identifiers", "[masked]"}
    assert caught.value.messages["identifiers"].keys() == {"…", "e-mail"}
