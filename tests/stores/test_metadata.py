from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from pipeline.stores.outcome_tables import folds


def test_a_moment_comes_back_in_utc(engine):
    noon_in_rome = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with engine.begin() as connection:
        connection.execute(insert(folds).values(id="1", at=noon_in_rome))

        found = connection.scalar(select(folds.c.at))

    assert found == datetime(2026, 11, 21, 11, 0, 0, 123456, tzinfo=UTC)
    assert found.tzinfo is UTC


def test_moments_compare_as_moments_whatever_their_zone(engine):
    with engine.begin() as connection:
        connection.execute(insert(folds).values(id="1", at=datetime(2026, 11, 21, 12, tzinfo=UTC)))

        later_in_rome = datetime(2026, 11, 21, 12, 30, tzinfo=timezone(timedelta(hours=1)))
        found = connection.scalars(select(folds.c.id).where(folds.c.at > later_in_rome)).all()

    assert found == ["1"]


def test_a_moment_without_a_zone_is_refused(engine):
    with engine.begin() as connection, pytest.raises(StatementError, match="without time zone"):
        connection.execute(insert(folds).values(id="1", at=datetime(2026, 11, 21)))
