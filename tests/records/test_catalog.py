import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from pipeline.errors import Misconfigured
from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.model.source import SalesforceSource, SqlSource
from pipeline.records.catalog import Catalog, Hold
from pipeline.records.changes import Change, Changes
from pipeline.records.records import Records
from pipeline.responsys.connector import ResponsysConnector
from pipeline.stores import tables
from pipeline.stores.vault import Vault

ACME = {
    "kind": "responsys",
    "name": "Acme EU",
    "username": "api_user",
    "password": "pass-w0rd",
    "auth_endpoint": "https://login5.responsys.net",
    "profile_list": "CONTACTS_LIST",
    "list_folder": None,
    "identifier_type": "riid",
    "enabled": True,
    "api": "sync",
    "limits": {"triggerCustomEvent": 200},
    "utilisation": 0.9,
    "max_in_flight": 2,
}
LAPSED = {
    "audience": "lapsed-buyers",
    "connector": "acme",
    "action": "custom_event",
    "event": "LAPSED",
    "call_types": ["ADD", "REMOVE"],
    "on_unknown": None,
    "max_rows": 100,
    "max_age": 60.0,
}
QUIET = {
    "audience": "lapsed-buyers",
    "url": "postgresql://reader:pass-w0rd@warehouse/crm",
    "query": "SELECT id FROM customers\nWHERE last_seen < :now",
    "every": 60.0,
    "columns": {"id": "profile_id"},
    "max_leaving": 20.0,
    "enabled": True,
}
BOTH = {"connectors": {"acme": ACME}, "destinations": {"lapsed": LAPSED}}


def test_what_was_applied_is_in_the_catalog(records):
    changes = records.apply(BOTH)

    assert changes == Changes(Change(created=("acme",)), Change(created=("lapsed",)))
    assert records.load() == Catalog(
        version=1,
        connectors={
            "acme": ResponsysConnector(
                name="acme",
                title="Acme EU",
                username="api_user",
                password="pass-w0rd",
                auth_endpoint="https://login5.responsys.net",
                profile_list="CONTACTS_LIST",
                identifier_type="riid",
                limits={"triggerCustomEvent": 200},
                utilisation=0.9,
                max_in_flight=2,
            )
        },
        destinations={
            "lapsed": Destination(
                name="lapsed",
                audience="lapsed-buyers",
                connector="acme",
                action="custom_event",
                max_rows=100,
                max_age=60.0,
                call_types=("ADD", "REMOVE"),
                options={"event": "LAPSED", "existing_members": True},
            )
        },
    )


def test_a_destination_may_want_another_api_than_its_connector(records):
    records.apply({**BOTH, "destinations": {"lapsed": LAPSED, "later": {**LAPSED, "api": "async"}}})
    catalog = records.load()

    used = {name: catalog.connector_of(each).api for name, each in catalog.destinations.items()}
    assert used == {"lapsed": "sync", "later": "async"}
    assert catalog.connectors["acme"].api == "sync"


def test_the_connector_of_a_destination_is_the_same_object_as_long_as_the_catalog_is(records):
    """Otherwise everything that is kept for a connector would be made anew for every row."""
    records.apply({**BOTH, "destinations": {"later": {**LAPSED, "api": "async"}}})
    catalog = records.load()
    later = catalog.destinations["later"]

    assert catalog.connector_of(later) is catalog.connector_of(later)


def test_the_action_of_a_destination_is_the_same_object_as_long_as_the_catalog_is(records):
    """Its options are read once, and not for every row."""
    records.apply(BOTH)
    catalog = records.load()
    lapsed = catalog.destinations["lapsed"]

    action = catalog.action_of(lapsed)
    assert (action.destination, action.connector) == (lapsed, catalog.connectors["acme"])
    assert catalog.action_of(lapsed) is action
    assert records.load().action_of(lapsed) is not action


def test_every_row_of_an_unusable_destination_has_its_problem(records):
    records.apply(BOTH)
    broken = Destination("x", "vip", "acme", "audience_export", problem="its record lacks an option")
    catalog = Catalog(1, records.load().connectors, {"x": broken})

    action = catalog.action_of(broken)
    assert action.problem(Activation("vip", "p1", "ADD")) == "its record lacks an option"
    assert (action.name, action.coalesces, action.steps([])) == ("audience_export", True, ())


def test_an_activation_goes_to_the_destinations_that_take_it(records):
    other = {**LAPSED, "call_types": ["ADD", "UPDATE"]}
    records.apply({**BOTH, "destinations": {"lapsed": LAPSED, "other": other}})
    catalog = records.load()

    def takers(**fields):
        activation = Activation(**{"audience": "lapsed-buyers", "profile_id": "p1", **fields})
        return [action.destination.name for action in catalog.actions_for(activation)]

    assert takers(call_type="ADD") == ["lapsed", "other"]
    assert takers(call_type="REMOVE") == ["lapsed"]
    assert takers(call_type="ADD", destination="other") == ["other"]
    assert takers(call_type="ADD", audience="nobody's") == []


def test_applying_the_same_again_changes_nothing(records):
    records.apply(BOTH)

    changes = records.apply(BOTH)

    assert changes == Changes(Change(unchanged=("acme",)), Change(unchanged=("lapsed",)))
    assert not changes
    assert records.version() == 1


def test_a_new_password_is_an_update(records):
    records.apply(BOTH)

    changes = records.apply({"connectors": {"acme": {**ACME, "password": "another"}}})

    assert changes == Changes(Change(updated=("acme",)))
    assert records.load().connectors["acme"].password == "another"
    assert records.version() == 2


def test_a_dry_run_says_what_would_change_and_changes_nothing(records):
    changes = records.apply(BOTH, dry_run=True)

    assert changes == Changes(Change(created=("acme",)), Change(created=("lapsed",)))
    assert records.load() == Catalog(version=0)


def test_what_the_file_does_not_name_stays(records):
    records.apply(BOTH)

    records.apply({"destinations": {"second": LAPSED}})

    assert sorted(records.load().destinations) == ["lapsed", "second"]


def test_pruning_removes_what_the_file_does_not_name_and_its_hold(records):
    records.apply(BOTH)
    records.hold("destination", "lapsed", "paused")

    changes = records.apply({"connectors": {"acme": ACME}}, prune=True)

    assert changes == Changes(Change(unchanged=("acme",)), Change(removed=("lapsed",)))
    assert records.load().destinations == {}
    assert records.load().holds == {}


@pytest.mark.parametrize("kept", [{"destinations": {"lapsed": LAPSED}}, {"destinations": {"new": LAPSED}}])
def test_pruning_refuses_to_take_a_connector_from_its_destination(records, kept):
    records.apply(BOTH)
    before = records.load()

    with pytest.raises(Misconfigured, match=r'connector: there would be no connector "acme"'):
        records.apply(kept, prune=True)

    assert records.load() == before


def test_a_refused_configuration_changes_nothing_at_all(records):
    wrong = {"connectors": {"acme": ACME}, "destinations": {"lapsed": {**LAPSED, "connector": "acne"}}}

    with pytest.raises(
        Misconfigured, match=re.escape('destinations.lapsed.connector: there would be no connector "acne"')
    ):
        records.apply(wrong)

    assert records.load() == Catalog(version=0)


def test_what_was_exported_applies_as_unchanged(records):
    records.apply(BOTH)

    changes = records.apply(records.export(), prune=True)

    assert changes == Changes(Change(unchanged=("acme",)), Change(unchanged=("lapsed",)))


def test_an_export_holds_no_secret(records):
    records.apply(BOTH)

    exported = records.export()

    assert exported["connectors"]["acme"]["password"] == {"keep": True}
    assert "pass-w0rd" not in repr(exported)


def test_a_secret_to_keep_is_refused_where_none_is_stored(records):
    with pytest.raises(Misconfigured, match=r"connectors\.acme\.password: there is none stored"):
        records.apply({"connectors": {"acme": {**ACME, "password": {"keep": True}}}})


def test_a_password_lies_in_the_store_only_encrypted(records, engine):
    records.apply(BOTH)

    with engine.connect() as connection:
        assert "pass-w0rd" not in repr(connection.execute(select(tables.connectors)).all())


def test_a_password_is_in_no_representation(records):
    records.apply(BOTH)

    assert "pass-w0rd" not in repr(records.load())


def test_a_lost_key_is_reported_with_the_connector(records, engine):
    records.apply(BOTH)

    with pytest.raises(Misconfigured, match=r'connector "acme": it was encrypted with another secret key'):
        Records(engine, Vault([Fernet.generate_key().decode()])).load()


def test_a_lost_key_is_overcome_by_giving_the_password_again(records, engine):
    records.apply(BOTH)
    with_new_key = Records(engine, Vault([Fernet.generate_key().decode()]))

    with pytest.raises(Misconfigured, match=r"connectors\.acme\.password: there is none stored"):
        with_new_key.apply(with_new_key.export())
    changes = with_new_key.apply(BOTH)

    assert changes == Changes(Change(updated=("acme",)), Change(unchanged=("lapsed",)))
    assert with_new_key.load().connectors["acme"].password == "pass-w0rd"


def test_resealed_records_need_only_the_newest_key(engine):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    Records(engine, Vault([old])).apply(BOTH)

    assert Records(engine, Vault([new, old])).reseal() == 1

    assert Records(engine, Vault([new])).load().connectors["acme"].password == "pass-w0rd"


def test_a_hold_is_in_the_catalog_until_it_is_released(records):
    records.apply(BOTH)

    assert records.hold("connector", "acme", "held", "ACCOUNT_SUSPENDED", "ask Oracle")
    held = records.load()
    since = held.holds["connector", "acme"].since
    assert held.holds == {("connector", "acme"): Hold("held", "ACCOUNT_SUSPENDED", "ask Oracle", since)}
    assert held.version == 2

    assert records.release("connector", "acme")
    assert records.load().holds == {}
    assert records.version() == 3


def test_the_same_hold_again_keeps_its_time_and_the_version(records):
    records.hold("connector", "acme", "held", "ACCOUNT_SUSPENDED")
    before = records.load()

    assert not records.hold("connector", "acme", "held", "ACCOUNT_SUSPENDED")

    assert records.load() == before


def test_workers_that_hold_the_same_at_once_hold_it_once(records):
    with ThreadPoolExecutor(8) as workers:
        held = list(
            workers.map(lambda _: records.hold("connector", "acme", "held", "API_BLOCKED"), range(32))
        )

    assert held.count(True) == 1
    assert records.version() == 1


def test_releasing_what_is_not_held_changes_nothing(records):
    assert not records.release("destination", "lapsed")
    assert records.version() == 0


def test_an_audience_may_have_several_destinations():
    first, second, other = (
        Destination(name=name, audience=audience, connector="acme", action="custom_event")
        for name, audience in [("first", "lapsed"), ("second", "lapsed"), ("other", "new")]
    )
    catalog = Catalog(version=1, destinations={"second": second, "other": other, "first": first})

    assert catalog.for_audience("lapsed") == (first, second)
    assert catalog.for_audience("unheard-of") == ()
    assert catalog.audiences == {"lapsed", "new"}


def test_a_source_is_a_record_like_the_others(records, engine):
    records.apply({"sources": {"quiet": QUIET}})

    assert records.load().sources == {"quiet": SqlSource(name="quiet", **QUIET)}
    exported = records.export()
    assert exported["sources"] == {"quiet": {**QUIET, "url": {"keep": True}}}
    assert records.apply(exported) == Changes(sources=Change(unchanged=("quiet",)))
    with engine.connect() as connection:
        assert "pass-w0rd" not in repr(connection.execute(select(tables.sources)).all())
    assert "pass-w0rd" not in repr(records.load())


def test_a_source_that_is_removed_loses_its_hold(records):
    records.apply({"sources": {"quiet": QUIET}})
    records.hold("source", "quiet", "held", "STOPPED")

    assert records.apply({}, prune=True) == Changes(sources=Change(removed=("quiet",)))
    assert (records.load().sources, records.load().holds) == ({}, {})


def test_resealing_includes_sources(engine):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    Records(engine, Vault([old])).apply({"sources": {"quiet": QUIET}})

    assert Records(engine, Vault([new, old])).reseal() == 1

    assert Records(engine, Vault([new])).load().sources["quiet"].url == QUIET["url"]


def test_destinations_that_a_stream_feeds_are_witnessed(records):
    records.apply(BOTH)
    catalog = records.load()
    stream = SalesforceSource(
        name="leads", every=2, audience="lapsed-buyers", connector="crm", object="Lead", mapping="person"
    )

    fed = replace(catalog, sources={"leads": stream})
    whole = replace(catalog, sources={"leads": replace(stream, snapshot=True)})

    found = [each.action_of(each.destinations["lapsed"]).witnessed for each in (catalog, fed, whole)]
    assert found == [False, True, False]
