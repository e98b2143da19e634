"""A key enters at most once, and the order of pages is irrelevant where nothing limits who enters when."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pipeline.model.record_condition import read_condition
from pipeline.model.rule import EntryLimit, Rule
from pipeline.model.source_record import SourceRecord
from pipeline.rules.source_rules import SourceRules
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import entries
from tests.fixtures.stores import empty_events
from tests.streams.environment import LEADS

FREE = Rule(name="free", source="leads", audience="a", again_after=0.0)
NEW = Rule(name="new", source="leads", audience="b", on="new", again_after=0.0)
ONCE = Rule(name="once", source="leads", audience="c", when=read_condition({"Status": "Open"}))
GROUPED = [
    Rule(name="low", source="leads", audience="d", group="g", active_for=60.0, busy="leave"),
    Rule(name="high", source="leads", audience="e", group="g", active_for=60.0, priority=1.0),
    Rule(name="few", source="leads", audience="f", again_after=0.0, most=EntryLimit(2, 60.0)),
]
START = datetime(2026, 11, 29, tzinfo=UTC)

readings = st.builds(
    lambda person, number, stamp, status: SourceRecord(
        "leads",
        f"00Q{person * 10 + number:015d}",
        "Lead",
        stamp,
        fields={"Status": status},
        person=person,
        before={"values": {}, "fields": {"Status": "New"}},
    ),
    person=st.integers(1, 3),
    number=st.integers(1, 4),
    stamp=st.integers(1, 4),
    status=st.sampled_from(["Open", "Closed"]),
)
worlds = st.lists(st.lists(readings, max_size=5), max_size=6)
same = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def take(engine, rules, pages):
    """Let pages go through rules, a second apart; return the activations."""
    empty_events(engine)
    clock = iter(START + timedelta(seconds=n) for n in range(100))
    source_rules = SourceRules(LEADS, {rule.name: rule for rule in rules}, {}, clock=lambda: next(clock))
    sent = []
    for page in pages:
        with engine.begin() as connection:
            sent += source_rules.decide(connection, page, is_baseline=False)
    return sent


@same
@given(worlds)
def test_a_key_enters_at_most_once(events, pages):
    sent = [one.id for one in take(events, [FREE, NEW, ONCE, *GROUPED], [*pages, *pages])]

    assert len(sent) == len(set(sent))
    with reading(events) as connection:
        entered = connection.scalars(select(entries.c.key).where(entries.c.state == "entered")).all()
    assert sorted(sent) == sorted(entered)


@same
@given(worlds, st.randoms(use_true_random=False))
def test_the_order_of_pages_changes_nothing_that_is_not_limited(events, pages, random):
    other = random.sample(pages, len(pages))

    first = {(one.id) for one in take(events, [FREE, NEW], pages)}

    assert first == {(one.id) for one in take(events, [FREE, NEW], other)}


@same
@given(worlds, st.randoms(use_true_random=False))
def test_the_order_of_pages_changes_no_number_of_people_who_enter_once(events, pages, random):
    other = random.sample(pages, len(pages))

    first = sorted(one.profile_id for one in take(events, [ONCE], pages))

    assert len(first) == len(set(first))
    assert first == sorted(one.profile_id for one in take(events, [ONCE], other))
