"""Variables that no destination writes where a side is read are listed, and never written or undone."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from pipeline.pairs.comparison import SideComparison
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.pair_verdicts import PairVerdict, take_pair_verdicts
from tests.pairs.environment import BACK, PAIR, SETTLE, TO_LIST, TwoSides, catalog_of

BOSS = {"title": "Boss", "phone": "+33123456789", "first_name": "Ada"}
THERE = {"title": "Boss", "phone": "0123456789"}


def catalog(**destinations):
    """Return the configuration with other destinations."""
    return replace(catalog_of(), destinations=MappingProxyType(destinations))


def to_list(columns, **changes):
    return replace(TO_LIST, options={"columns": columns}, **changes)


@pytest.mark.parametrize(
    ("destinations", "unwritten"),
    [
        ({"list": TO_LIST, "back": BACK}, set()),
        ({"list": to_list({"title": "Title", "phone": "PHONE"})}, set()),
        ({"list": to_list({"title": "JOB", "phone": "PHONE"})}, {"responsys"}),
        ({"list": to_list({"phone": "PHONE"})}, {"responsys"}),
        ({"list": to_list({"title": "TITLE"}, action="custom_event")}, {"responsys"}),
        ({"list": to_list({"phone": "PHONE"}), "more": to_list({"title": "TITLE"})}, set()),
        ({"other": to_list({}, connector="other")}, set()),
        ({"back": replace(BACK, options={"fields": {"title": "Department"}})}, {"salesforce"}),
        (
            {"back": replace(BACK, options={"fields": {"title": "title"}, "objects": ["Lead"]})},
            {"salesforce"},
        ),
        ({"back": replace(BACK, options={"fields": {"title": "Title"}, "objects": ["Contact"]})}, set()),
    ],
)
def test_a_side_is_written_by_a_destination_that_fills_what_is_read_of_it(destinations, unwritten):
    pair = OpenPair(PAIR, catalog(**destinations))

    assert pair.unwritten("title", "contacts") == unwritten


def test_an_edit_that_no_destination_writes_is_listed_and_not_undone(events):
    two = TwoSides(events, catalog(list=to_list({"title": "JOB", "phone": "PHONE"}), back=BACK))
    two.salesforce(BOSS)
    two.later(1).responsys(THERE)

    assert two.later(1).salesforce({**BOSS, "title": "Chief"}) == []
    assert two.later(3 * SETTLE).responsys({**THERE, "phone": "0199999999"})[0].variables == {
        "phone": "+33199999999"
    }
    with two.events.connect() as connection:
        found = SideComparison(OpenPair(PAIR, two.catalog)).differences(connection, [two.person()])
        [listed] = [one for one in found if one.field == "title"]
    assert (listed.state, listed.why) == ("unwritten", "no destination writes it to responsys")


def test_a_verdict_is_about_the_fields_that_its_destination_writes(events):
    """Title and phone go out by two destinations; one took its row, the other refused."""
    two = TwoSides(events, catalog(list=to_list({"phone": "PHONE"}), more=to_list({"title": "TITLE"})))
    two.salesforce(BOSS)
    two.later(1).responsys(THERE)
    two.later(1).salesforce({**BOSS, "title": "Chief", "phone": "+33155555555"})
    number = two.states()["title"].responsys.open[-1].number
    own = ("responsys", two.person(), number)

    with two.events.begin() as connection:
        verdicts = [
            PairVerdict(*own, "", frozenset({"phone"})),
            PairVerdict(*own, "MERGEFAILED", frozenset({"title"})),
        ]
        take_pair_verdicts(connection, two.catalog, verdicts, two.now)

    found = {name: (state.responsys.open, state.responsys.refused) for name, state in two.states().items()}
    assert found == {"title": ((), "MERGEFAILED"), "phone": ((), "")}
