"""The catalog in force: never older than what was published, and the records are seldom asked for it."""

from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet

from pipeline.errors import Misconfigured
from pipeline.records import current as current_catalog
from pipeline.records import mirror
from pipeline.records.current import MAX_CATALOG_AGE, CurrentCatalog
from pipeline.records.records import Records
from pipeline.stores.vault import Vault
from tests.environment import ACME, LAPSED, LEFT


@pytest.fixture
def current(records, redis, clock, monkeypatch):
    monkeypatch.setattr(current_catalog, "time", SimpleNamespace(monotonic=clock))
    return CurrentCatalog(records, redis)


@pytest.fixture
def apply(records, redis):
    """Changes the records as ``activation apply`` does, and returns the version that was published."""

    def change(**destinations):
        records.apply({"connectors": {"acme": ACME}, "destinations": destinations}, prune=True)
        return mirror.refresh(redis, records).version

    return change


def test_what_was_published_holds_at_once(current, apply):
    current.published(apply(lapsed=LAPSED))

    catalog = current.published(apply(left=LEFT))

    assert set(catalog.destinations) == {"left"}


def test_the_records_are_not_asked_again_for_what_was_published(current, apply, records, monkeypatch):
    """Every claim on the intake wants the catalog."""
    version = apply(lapsed=LAPSED)
    catalog = current.published(version)
    monkeypatch.setattr(records, "version", lambda: pytest.fail("the records were asked"))

    assert current.published(version) is catalog


def test_records_put_back_from_a_backup_are_noticed_a_moment_later(current, apply, records, clock):
    """Nothing is published then."""
    version = apply(lapsed=LAPSED)
    current.published(version)
    records.renew(above=version - 2)

    clock.advance(MAX_CATALOG_AGE)

    assert current.published(version).version == version + 1 == records.version()


def test_a_worker_reads_no_records_while_redis_is_another_installations(records, redis):
    catalog = CurrentCatalog(records, redis)
    catalog.newest()
    redis.set("installation", "another")

    with pytest.raises(Misconfigured, match="belongs to installation another"):
        catalog.newest()
    redis.delete("installation")

    assert catalog.newest().version == records.version()


def test_a_worker_with_another_secret_key_reads_no_records(records, redis):
    records.apply({"connectors": {"acme": ACME}})
    stranger = Records(records.engine, Vault([Fernet.generate_key().decode()]))

    with pytest.raises(Misconfigured, match="the secret key is not the one"):
        CurrentCatalog(stranger, redis).newest()
