"""Runs of a source of events while SQL or Redis is away, or another run is under way."""

import pytest
from redis import Redis
from sqlalchemy.exc import SQLAlchemyError

from pipeline.produce.appender import Appender, AppendFailed
from pipeline.rules import source_rules
from pipeline.stores.row_lease import Busy
from pipeline.streams import event_run
from tests.fixtures.intake import Bell
from tests.streams.events import EventHouse, event, rule

LOG = rule(once=("campaign_id",))


@pytest.fixture
def house(redis, events, tmp_path, monkeypatch):
    """Events of three campaigns, read in pages of two."""
    house = EventHouse(redis, events, tmp_path)
    house.run()
    house.land("CLICK", *(event(7, campaign=number) for number in range(3)))
    monkeypatch.setattr(event_run, "AT_ONCE", 2)
    return house


def entered(house):
    """Run the source to its end; return the campaigns that entered, in their order."""
    house.run(LOG)
    assert int(house.state().mark_stamp) >= 3
    assert house.kept("state") == [("entered",)] * 3
    return sorted(one.variables["campaign_id"] for one in house.sent())


def test_a_connection_to_sql_that_breaks_in_a_page_loses_and_doubles_nothing(house, monkeypatch):
    write = source_rules.write_entries

    def break_off(connection, written):
        write(connection, written)
        connection.invalidate()

    monkeypatch.setattr(source_rules, "write_entries", break_off)
    with pytest.raises(SQLAlchemyError):
        house.run(LOG)
    monkeypatch.setattr(source_rules, "write_entries", write)

    assert (house.kept(), house.state().trouble) == ([], "PendingRollbackError")
    assert entered(house) == ["0", "1", "2"]


def test_while_redis_is_away_a_page_waits_in_the_outbox(house):
    away = Redis(host="127.0.0.1", port=9, socket_connect_timeout=1)
    with away, pytest.raises(AppendFailed):
        house.prepare(LOG).run(Appender(away, Bell(), sleep=lambda _: None))

    assert (house.sent(), house.kept("state")) == ([], [("entered",)] * 2)
    assert entered(house) == ["0", "1", "2"]


def test_of_two_runs_at_once_one_is_turned_away(house):
    turned_away = []

    def run_too(*_):
        with pytest.raises(Busy):
            house.run(LOG)
        turned_away.append(True)

    house.run(LOG, progress=run_too)

    assert turned_away == [True, True]  # once after each page
    assert entered(house) == ["0", "1", "2"]
