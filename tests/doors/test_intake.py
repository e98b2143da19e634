"""The intake, lanes and files: an activation with a nasty value in any of its places."""

import io
import json

import pytest

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.intake import Intake
from pipeline.model.activation import Activation, Invalid, decode, encode, read
from pipeline.model.file_profile import FileProfile
from pipeline.produce.files import read as read_file
from pipeline.produce.many import read_row
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import Filter
from tests.accept.test_acceptance import ACME, LAPSED, LEFT, entry
from tests.builders import first_profiles
from tests.nasty_values import JSON, UTF_8_TEXTS, document, values

PLACES = (
    "audience", "profile_id", "call_type", "identifiers", "variables", "occurred_at", "id", "bulk", "auto_id",
    "destination", "replay", "further",
)  # fmt: skip
WITHIN = {
    "crm_id": "identifiers",
    "email": "identifiers",
    "salesforce_id": "identifiers",
    "tier": "variables",
}
GOOD = {name: json.dumps(value).encode() for name, value in entry("odd").items()}


def entries_with(token: bytes) -> list[bytes]:
    """Return an activation for each place with this in it, and the value alone."""
    found = [document({**GOOD, place: token}) for place in PLACES]
    found += [document({**GOOD, group: document({name: token})}) for name, group in WITHIN.items()]
    found += [document({**GOOD, group: b"{%b: 1}" % token}) for group in ("identifiers", "variables")]
    return [*found, token]


@pytest.fixture
def acceptance(redis, engine):
    catalog = Catalog(1, {"acme": ACME}, {"lapsed": LAPSED, "left": LEFT})
    mirror.publish(redis, catalog)
    return Acceptance(Intake(redis, window=3600), engine, lambda _: catalog)


def test_entries_are_accepted_or_become_letters(redis, engine, acceptance):
    odd = [one for token in JSON.values() for one in entries_with(token)]
    redis.rpush("intake:3", json.dumps(entry("first")), *odd, json.dumps(entry("last")))

    for _ in range(300):
        acceptance.accept(3)
        if not redis.exists("intake:3", "intake:3:claim"):
            break

    assert redis.exists("intake:3", "intake:3:claim") == 0
    letters = dead_letters.find_letters(engine, Filter(), most=5_000)
    assert {letter.code for letter in letters} == {"Invalid"}
    assert {b"first", b"last"} <= set(first_profiles(redis))


@pytest.mark.parametrize("token", JSON.values(), ids=JSON)
def test_lines_of_json_are_read_or_refused_alone(token):
    good = document(GOOD)
    content = b"\n".join([good, *entries_with(token), good])

    rows = list(read_file(io.BytesIO(content), "jsonl"))

    assert [rows[0].row, rows[-1].row] == [json.loads(good)] * 2
    for line in rows:
        if line.problem is None:
            is_taken(line.row)


@pytest.mark.parametrize("text", UTF_8_TEXTS.values(), ids=UTF_8_TEXTS)
def test_cells_are_read_or_refused_alone(text):
    cell = '"' + text.replace('"', '""') + '"'
    lines = ["profile_id,email,tier,occurred_at,call_type,consent", "a,a@example.com,x,,ADD,confirmed"]
    odd = [["odd", "", "x", "", "ADD", "confirmed"] for _ in range(6)]
    for place, cells in enumerate(odd):
        cells[place] = cell
    lines += [",".join(cells) for cells in odd] + ["z,z@example.com,x,,ADD,confirmed"]
    profile = FileProfile(consent="consent", null=("x",))

    rows = list(read_file(io.BytesIO("\n".join(lines).encode()), "csv", profile))

    assert [rows[0].row["profile_id"], rows[-1].row["profile_id"]] == ["a", "z"]
    for line in rows:
        if line.problem is None:
            is_taken(line.row)


def is_taken(row: object) -> Activation | None:
    """Return the activation of a row, and check that entries of the intake are read alike; None: refused."""
    try:
        activation, raw = read_row(row, "lapsed-buyers")
    except Invalid as error:
        json.dumps(error.messages)
        return None
    assert decode(raw) == activation
    assert encode(activation) == raw
    return activation


@pytest.mark.parametrize("value", values().values(), ids=values())
def test_values_of_python_are_taken_or_refused(value):
    good = entry("odd")
    for place in PLACES:
        is_taken({**good, place: value})
    for name, group in WITHIN.items():
        is_taken({**good, group: {name: value}})
    if not isinstance(value, list | dict):
        is_taken({**good, "variables": {value: 1}})
        is_taken({**good, value: 1})
    for whole in (value, [value]):
        with pytest.raises(Invalid):
            read(whole)
