"""From producer to far side, whatever happens: the promises of docs/extending.md."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model import examples
from tests.model.crash_table import ROWS, Reached
from tests.model.machine import Machine
from tests.model.world import Stores


@pytest.fixture(scope="module")
def stores(server_url, tmp_path_factory):
    stores = Stores(server_url, tmp_path_factory.mktemp("model"))
    yield stores
    stores.close()


def test_every_row_of_the_crash_table_ends_as_it_says(stores):
    reached = Reached()
    for example in examples.OTHERS:
        reached.update(examples.run(stores, example))
    for step in ("produce", "accept", "deliver"):
        for found in examples.deaths(stores, step):
            reached.update(found)

    assert [row for row in ROWS if not reached[row]] == []


def test_no_promise_is_broken_whatever_happens(stores):
    Machine.stores = stores
    run = settings(
        max_examples=8,
        stateful_step_count=25,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=run)
