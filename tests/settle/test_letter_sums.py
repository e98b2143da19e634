"""pipeline.settle.letter_sums, on both databases: the same numbers as letters counted one by one."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import func

from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.settle.letter_sums import count_by_code, letter_sums
from pipeline.settle.replay import change_state
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters as table

NOW = datetime.now(UTC).replace(microsecond=0)
PLACES = [*product((None, "acme", "crm"), (None, "lapsed", "log"), ("Invalid", "Timeout"))]
FILTERS = [
    Filter(),
    Filter(state="dropped"),
    Filter(state=None),
    Filter(connector="acme"),
    Filter(destination="lapsed", code="Timeout"),
    Filter(codes=["Timeout", "Unknown"]),
    Filter(newer_than=timedelta(hours=5)),
    Filter(older_than=timedelta(hours=5), connector="crm"),
    Filter(older_than=timedelta(days=5)),
    Filter(audience="leavers"),
    Filter(ids=["2-0", "5-0", "9-9"]),
    Filter(connector="nobody"),
]


@pytest.fixture
def kept(engine):
    """As many letters of each place as its number says, but of some; a third are dropped."""
    letters = [(f"{n}-{m}", place, n + m) for n, place in enumerate(PLACES) if n % 4 for m in range(n)]
    with engine.begin() as connection:
        for name, (connector, destination, code), hours in letters:
            audience = "leavers" if hours % 5 else "buyers"
            letter = DeadLetter(name, connector, destination, audience, "p-1", code, "", "{}")
            dead_letters.store(connection, [letter], NOW - timedelta(hours=hours))
        change_state(connection, [name for name, _, hours in letters if hours % 3 == 0], "dropped")
    return engine


@pytest.mark.parametrize("chosen", FILTERS, ids=repr)
def test_groups_have_the_letters_that_are_found_one_by_one(kept, chosen):
    found = dead_letters.find_letters(kept, chosen, 1_000)
    alone = Counter((letter.connector, letter.destination, letter.code) for letter in found)

    with reading(kept) as connection:
        rows = list(letter_sums(connection, chosen, datetime.now(UTC), func.max(table.c.created_at)))

    assert len({row[:3] for row in rows}) == len(rows)
    assert {tuple(row[:3]): row[3] for row in rows} == alone
    for row in rows:
        times = [one.created_at for one in found if (one.connector, one.destination, one.code) == row[:3]]
        assert row[4] == max(times)


def test_a_destination_of_two_connectors_is_counted_together(kept):
    amounts = count_by_code(kept, Filter(state=None))

    assert amounts == sorted(amounts, key=lambda one: -one[2])
    assert sum(amount for _, _, amount in amounts) == dead_letters.count(kept, Filter(state=None))
    assert len({one[:2] for one in amounts}) == len(amounts)
