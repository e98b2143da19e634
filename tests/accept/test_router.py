"""pipeline.accept.router"""

import json
import math
from collections.abc import Sequence
from typing import Any

import pytest

from pipeline.accept.entry_ids import UNKNOWN_CONTENT, DuplicateKey, duplicate_key_of
from pipeline.accept.intake import TOMBSTONE, Claim
from pipeline.accept.router import Router
from pipeline.accept.routes import ADD, INVALID, NOWHERE, STATE, RoutedLane, Routes
from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.records.catalog import Catalog
from pipeline.responsys.connector import ResponsysConnector

ACME = ResponsysConnector(
    name="acme",
    title="Acme",
    username="api_user",
    password="secret",
    auth_endpoint="https://login5.responsys.net",
    profile_list="CONTACTS_LIST",
    identifier_type="crm_id",
)
DESTINATIONS = [
    Destination("lapsed", "buyers", "acme", "custom_event", options={"event": "LAPSED"}),
    Destination("left", "buyers", "acme", "custom_event", call_types=("REMOVE",), options={"event": "LEFT"}),
    Destination("broken", "savers", "acme", "custom_event", problem="an option is missing"),
]
CATALOG = Catalog(1, {"acme": ACME}, {each.name: each for each in DESTINATIONS})


def entry(**changes: Any) -> bytes:
    whole = {
        "audience": "buyers",
        "profile_id": "p1",
        "call_type": "ADD",
        "identifiers": {"crm_id": "C-1"},
    }
    return json.dumps({**whole, **changes}).encode()


ENTRIES = [
    entry(),
    entry(profile_id="p2", variables={"tier": "gold"}),
    entry(identifiers={}),
    entry(variables={"profileId": "x"}),
    entry(call_type="UPDATE"),
    entry(call_type="REMOVE"),
    entry(bulk=True),
    entry(id="order-1"),
    entry(replay="letter-1"),
    entry(replay="letter-2", destination="left"),
    entry(destination="lapsed"),
    entry(destination="left"),
    entry(audience="savers"),
    entry(audience="nobody-knows"),
    TOMBSTONE,
    b"{not json",
]


def test_what_went_before_an_entry_does_not_change_where_it_goes():
    alone = [routed([each])[0] for each in ENTRIES]

    assert routed(ENTRIES * 2) == alone * 2
    assert routed([*reversed(ENTRIES)]) == alone[::-1]


def routed(entries: Sequence[bytes]) -> list[tuple[str, tuple[RoutedLane, ...], DuplicateKey | None, int]]:
    """Return the profile, lanes, duplicate key and number of dead letters of each entry."""
    router = Router(CATALOG, Claim(0, "claim", 1, entries, 1, math.inf), lambda _: False)
    router.route()
    routes = router.routes
    lanes = {number: lanes for lanes, number in routes.route_numbers.items()}
    refused = [index for _, index in router.refusals.letters]
    return [
        (profile, lanes[number], routes.duplicate_keys.get(index + 1), refused.count(index))
        for index, (profile, number) in enumerate(zip(routes.profiles, routes.route_of_entry, strict=True))
    ]


def test_routes_are_written_as_the_accepting_script_reads_them():
    routes = Routes(entries=3)
    lanes = (RoutedLane(ADD, "d1/all"), RoutedLane(INVALID, "d2/all"), RoutedLane(STATE, "d3/all"))
    routes.put(0, "p1", lanes, DuplicateKey("g", "digest", "producer", "7"))
    routes.put(1, "p2", (NOWHERE,))
    routes.put(2, "p3", lanes)

    assert routes.destinations() == {"d1", "d2", "d3", ""}
    assert routes.encode() == {
        "routes": [["d1/all", "-d2/all", "=d3/all"], ["-/"]],
        "route_of_entry": [1, 2, 1],
        "profiles": ["p1", "p2", "p3"],
        "recipients": {},
        "duplicate_keys": {1: "gproducer:7:digest"},
    }


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({}, None),
        ({"id": "order-1"}, "i:"),
        ({"id": "abc1-7-0"}, "gabc1:7:"),
        ({"replay": "letter-1"}, "i"),
        ({"replay": "letter-1", "destination": "lapsed"}, "r"),
    ],
)
def test_an_activation_is_recognised_by_the_id_that_it_has(fields, written):
    key = duplicate_key_of(Activation("buyers", "p1", "ADD", **fields))

    end = key and (f"={key.content}" if key.content != UNKNOWN_CONTENT else "")
    assert (
        key and key.encode().replace(key.digest, "").removesuffix(end).removesuffix(key.former)
    ) == written
    assert "order-1" not in str(key)
