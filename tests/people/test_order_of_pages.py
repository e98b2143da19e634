"""The order of pages changes the numbers of people, and nothing else; nobody changes without a merge."""

from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pipeline.stores.people_tables import handles
from tests.fixtures.stores import empty_events
from tests.people.records import record, take


@st.composite
def worlds(draw):
    """Draw records of true people, each of which carries the person's address.

    People 0 and 1 share one, with different family names; the others have a RIID and a key as well. A lead
    may have become a contact, a contact may have been merged into another, of whatever person.
    """
    made, contacts = [], []
    for number in range(draw(st.integers(1, 12))):
        who = draw(st.integers(0, 4))
        name = f"{draw(st.sampled_from(('003', '00Q')))}{number + 1:012d}AAA"
        values = {"email": f"p{max(who, 1)}@example.com", "family": ("Byron", "Lovelace")[who > 0]}
        if who > 1 and draw(st.booleans()):
            values |= {"riid": str(who), "keys": {"Customer__c": f"C-{who}"}}
        became = draw(st.sampled_from(["", "", *contacts]))
        if became and name.startswith("00Q"):
            values["contact"] = became
        elif became:
            values |= {"survivor": became, "gone": True}
        elif name.startswith("003"):
            contacts.append(name)
        made.append((name, values))
    return made


def pages_of(world, sizes):
    """Cut records into pages."""
    rest = [record(name, **values) for name, values in world]
    for size in sizes:
        if rest:
            yield rest[:size]
            rest = rest[size:]
    if rest:
        yield rest


def partition(engine, world, sizes):
    """Take all pages into an empty store; return the groups of records that are one person each."""
    empty_events(engine)
    people = {}
    for page in pages_of(world, sizes):
        take(engine, *page)
        now = now_of(engine)
        assert all(now[person] == now[now[person]] for person in people.values())
        people = {name: now[person] for name, person in people.items()}
        people |= {one.id: one.person for one in page}
    again = take(engine, *[record(name, **values) for name, values in world])
    assert again == [people[name] for name, _ in world]
    groups = defaultdict(set)
    for name, person in people.items():
        groups[person].add(name)
    return {frozenset(group) for group in groups.values()}


def now_of(engine):
    """Return the person of each handle, and so what each former number has become."""
    with engine.connect() as connection:
        return {row.id: row.person for row in connection.execute(select(handles.c.id, handles.c.person))}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_the_order_of_pages_changes_nothing_but_numbers(sqlite_events, data):
    world = data.draw(worlds())
    another = data.draw(st.permutations(world))
    sizes = st.lists(st.integers(1, 5), max_size=12)

    one = partition(sqlite_events, world, data.draw(sizes))

    assert partition(sqlite_events, another, data.draw(sizes)) == one
