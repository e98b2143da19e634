"""Doors of what systems tell of people: members of a list, boxes and events that say a wish."""

import json

import pytest
from sqlalchemy import insert

from pipeline.model.source import MembersSource
from pipeline.stores.people_tables import handles
from pipeline.streams.followers import NoFollower
from pipeline.streams.member_taking import MemberTaking
from pipeline.streams.members_reader import ADDRESS, MembersReader
from pipeline.streams.page_mode import PageMode
from pipeline.wire.transport import decoded
from tests.consents.conftest import consent as consent
from tests.nasty_values import TEXTS, values

ODD = decoded(json.dumps(values()).encode())  # as an answer brings them
MEMBERS = MembersSource(
    name="members", every=15, connector="acme", columns={"CITY_": "city"}, audience="members"
)


@pytest.fixture
def known(events):
    """People by RIID, one for each text."""
    riids = {str(number): number for number in range(1, len(TEXTS) + 1)}
    rows = [
        {"id": person, "kind": "riid", "scope": "acc", "value": riid, "label": "", "person": person}
        for riid, person in riids.items()
    ]
    with events.begin() as connection:
        connection.execute(insert(handles), rows)
    return riids


@pytest.mark.parametrize("column", ["CITY_", ADDRESS])
def test_cells_of_members_are_taken_or_left_out_alone(events, known, column):
    good = {"CITY_": "Ulm", ADDRESS: None}
    texts = [ODD[name] for name in TEXTS]
    rows = {riid: {**good, column: text} for riid, text in zip(known, texts, strict=True)}
    reader = MembersReader(events, MEMBERS, "acc", lambda _ids, _columns: rows)
    taking = MemberTaking("members", "members", NoFollower(), account="acc")

    for _ in range(2):
        with events.begin() as connection:
            taking.take(connection, reader.read(known), PageMode(1), {})

    assert taking.counts.read == 2 * len(known)
    assert taking.counts.activations + taking.counts.refused == len(known)


def test_boxes_and_events_of_any_value_end_no_page(consent):
    boxes = [value for name, value in ODD.items() if name not in TEXTS]
    for number, value in enumerate(["x", *boxes]):
        consent.lead(f"00Q{number:012}AAA", box=value, email=f"a{number}@example.com")
    for text in (ODD[name] for name in TEXTS):
        consent.lead("00Q000000009999AAA", box=True, email=text)
        consent.event("OPT_OUT" if text else text, email=text)

    assert ("out", 1) in consent.statuses
