"""pipeline.runtime.clients."""

from dataclasses import replace
from functools import partial

import pytest

from pipeline.records import kinds
from pipeline.responsys.connector import ResponsysConnector
from pipeline.runtime.clients import Clients
from pipeline.settings import Settings

ACME = ResponsysConnector(
    name="acme", title="Acme", username="u", password="p", auth_endpoint="https://x.example", profile_list="L"
)


@pytest.mark.parametrize(
    ("window", "limit_window", "seconds"), [(60, 60, 60), (60, 3, 3), (86_400, 60, 86_400)]
)
def test_permits_of_logins_count_by_the_window_of_the_kind(
    monkeypatch, fake_redis, vault, tmp_path, window, limit_window, seconds
):
    given = []

    def open_clients(_client, _vault, *, take, minute, timeouts):
        given.append(take)
        return lambda connector: connector

    kind = replace(kinds.KINDS["responsys"], window=float(window), open_clients=open_clients)
    monkeypatch.setitem(kinds.KINDS, "responsys", kind)
    settings = Settings(data_dir=tmp_path, database_url="sqlite://", limit_window=limit_window)

    Clients(settings, fake_redis, vault)(ACME)

    (take,) = given
    assert isinstance(take, partial)
    assert take.keywords == {"window": seconds}
