"""Sources of members: columns of those whose RIID is known, in turn, against the Responsys emulator."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import func, select

from pipeline.errors import CallError, Throttled
from pipeline.model.source import MembersSource
from pipeline.people.conflicts import settle_conflict
from pipeline.produce.appender import Appender
from pipeline.responsys.client import Client
from pipeline.responsys.login import shared_tokens
from pipeline.responsys.looking import extension_columns, member_columns
from pipeline.snapshots.concerns import Unconfirmed
from pipeline.stores.people_tables import conflicts, handles
from pipeline.stores.stream_tables import outgoing, records
from pipeline.streams import change_guard, members_run
from pipeline.streams.members_reader import MembersReader
from pipeline.streams.members_run import MembersRun
from pipeline.streams.page_taking import PageTaking
from pipeline.streams.stream_outbox import StreamOutbox
from pipeline.streams.stream_state import read_state
from pipeline.wire.session import open_session
from tests.emulators.conftest import address as address
from tests.emulators.conftest import records as record_data
from tests.emulators.conftest import responsys as responsys
from tests.emulators.conftest import rule
from tests.event_files.folder import land
from tests.fixtures.intake import Bell, Entries
from tests.people.records import open_conflicts, record, take
from tests.responsys.conftest import connector as connector
from tests.streams.test_crashes import Killed, die, die_after

MEMBERS = MembersSource(
    name="members", every=15, connector="acme", columns={"CITY_": "city"}, audience="members"
)
FIRST = 100_000_001
RIIDS = [str(FIRST + number) for number in range(4)]


@pytest.fixture
def environment(redis, vault, events, tmp_path, responsys, connector):
    connector = replace(connector, auth_endpoint=responsys.url, password="secret")
    with open_session() as session:
        tokens = shared_tokens(redis, vault, take=lambda *_: 0.0, session=session)
        yield Environment(
            redis, events, tmp_path, responsys, connector, Client(connector, tokens, session=session)
        )


class Environment:
    """People whose RIIDs a file has told, their members in the emulator, and runs of the source."""

    def __init__(self, redis, events, folder, responsys, connector, client):
        self.redis, self.events, self.folder, self.responsys = redis, events, folder, responsys
        self.connector, self.client, self.entries = connector, client, Entries(redis)
        self.calls, self.hidden, self.fails, self.token = [], set(), [], responsys.login()
        self.merge("CUSTOMER_ID_ CITY_", *((f"demo-{number}", "Rome") for number in range(4)))

    def know(self, *rows):
        """Land rows of RIID and address."""
        path = self.folder / f"12_CLICK_202601{len(list(self.folder.iterdir())):02}_000000.txt"
        lines = [f"{riid},05-Jan-2026 09:00:00,{email}\n" for riid, email in rows]
        path.write_text("RIID,EVENT_CAPTURED_DT,EMAIL\n" + "".join(lines))
        land(self.events, [path])

    def merge(self, fields, *rows, path="/lists/CONTACTS_LIST/members", **parts):
        merging = {"recordData": record_data(fields, *rows), **(parts or {"mergeRule": rule()})}
        assert self.responsys.post(path, self.token, merging).status_code == 200

    def ask(self, call):
        if self.fails and (failure := self.fails.pop(0)) is not None:
            raise failure
        self.calls.append(call)
        return self.client.send(call)

    def prepare(self, source=MEMBERS, *, needs_records=False, **options):
        def members(riids, columns):
            found = member_columns(self.connector, self.ask, "riid", riids, columns)
            return {riid: row for riid, row in found.items() if riid not in self.hidden}

        table = partial(extension_columns, self.connector, self.ask, source.fields_table)
        extension = table if source.fields_table else None
        reader = MembersReader(self.events, source, "12", members, extension, (), needs_records)
        return MembersRun(self.events, reader, **options)

    def run(self, source=MEMBERS, **options):
        """Run the source; return RIIDs, what happened, and the variables."""
        self.calls.clear()
        self.outcome = self.prepare(source, **options).run(Appender(self.redis, Bell(), sleep=lambda _: None))
        return self.sent()

    def run_part(self, calls):
        """Run the source until so many calls are used up."""
        used_up = Throttled("function", "CALLS_USED_UP", "used up", delay=60.0)
        self.fails = [*[None] * calls, used_up]
        try:
            return self.run()
        finally:
            self.fails.clear()

    def sent(self):
        found = self.entries()
        for key in self.redis.scan_iter("intake:*"):
            self.redis.delete(key)
        return sorted((each.identifiers["riid"], each.call_type, each.variables) for each in found)


def test_all_are_sent_at_first_and_then_what_changed(environment):
    environment.know(*((riid, "") for riid in RIIDS[:2]), ("7", ""))

    city = {"city": "Rome"}
    assert environment.run() == [(RIIDS[0], "ADD", city), (RIIDS[1], "ADD", city)]
    assert len(environment.calls) == 1
    assert environment.run() == []
    environment.merge("CUSTOMER_ID_ CITY_", ("demo-1", "Oslo"))
    environment.know((RIIDS[2], ""))
    assert environment.run() == [(RIIDS[1], "UPDATE", {"city": "Oslo"}), (RIIDS[2], "ADD", city)]
    assert environment.responsys.violations() == []


def test_changes_wait_for_nothing_and_the_first_round_does(environment):
    environment.know((RIIDS[0], ""))
    environment.prepare().run(Appender(environment.redis, Bell(), sleep=lambda _: None))
    environment.merge("CUSTOMER_ID_ CITY_", ("demo-0", "Oslo"))
    environment.prepare().run(Appender(environment.redis, Bell(), sleep=lambda _: None))

    assert [each.bulk for each in environment.entries()] == [True, False]


def test_a_column_that_was_emptied_is_null(environment):
    environment.know((RIIDS[0], ""))
    environment.run()
    environment.merge("CUSTOMER_ID_ CITY_", ("demo-0", ""))

    assert environment.run() == [(RIIDS[0], "UPDATE", {"city": None})]


def test_columns_of_an_extension_table_come_along(environment):
    source = replace(MEMBERS, fields_table="LOYALTY", fields={"TIER": "tier"})
    environment.know(*((riid, "") for riid in RIIDS[:2]))
    path = "/lists/CONTACTS_LIST/listExtensions/LOYALTY/members"
    match = {"insertOnNoMatch": True, "updateOnMatch": "REPLACE_ALL", "matchColumnName1": "CUSTOMER_ID"}
    environment.merge("CUSTOMER_ID_ TIER", ("demo-0", "gold"), path=path, **match)

    assert environment.run(source) == [
        (RIIDS[0], "ADD", {"city": "Rome", "tier": "gold"}),
        (RIIDS[1], "ADD", {"city": "Rome", "tier": None}),
    ]
    assert len(environment.calls) == 2


def test_a_member_that_is_not_found_is_noted_and_one_that_comes_back_sent_as_far_as_it_differs(environment):
    environment.know(*((riid, "") for riid in RIIDS[:2]))
    environment.run()
    environment.hidden.add(RIIDS[0])

    assert environment.run() == []
    assert (environment.outcome.counts.changed, environment.outcome.counts.gone) == (1, 1)
    environment.run()
    assert environment.outcome.counts.gone == 0
    environment.hidden.clear()
    assert environment.run() == []
    environment.hidden.add(RIIDS[0])
    environment.run()
    environment.hidden.clear()
    environment.merge("CUSTOMER_ID_ CITY_", ("demo-0", "Oslo"))
    assert environment.run() == [(RIIDS[0], "UPDATE", {"city": "Oslo"})]


def test_a_round_goes_on_where_the_last_run_stopped(environment, monkeypatch):
    monkeypatch.setattr(members_run, "AT_ONCE", 1)
    environment.know(*((riid, "") for riid in RIIDS[:3]))
    monkeypatch.setattr(MembersRun, "_is_over", lambda _run, _until: len(environment.calls) == 2)

    first = [riid for riid, *_ in environment.run(patience=1)]
    state = read_state(environment.events, "members")
    assert (environment.outcome.is_full, state.is_baseline, state.mark_stamp) == (False, True, None)
    second = [riid for riid, *_ in environment.run()]
    assert (len(first), sorted(first + second)) == (2, RIIDS[:3])
    state = read_state(environment.events, "members")
    assert (environment.outcome.is_full, state.is_baseline, state.full) == (True, False, None)
    assert state.mark_stamp <= state.full_at.timestamp() * 1000


def test_without_permits_the_round_waits_for_the_next_run(environment, monkeypatch):
    monkeypatch.setattr(members_run, "AT_ONCE", 1)
    environment.know(*((riid, "") for riid in RIIDS[:2]))
    environment.fails.append(Throttled("function", "CALLS_USED_UP", "used up", delay=60.0))

    assert (environment.run(), environment.outcome.is_full) == ([], False)
    assert [riid for riid, *_ in environment.run()] == RIIDS[:2]


def test_more_changes_than_are_taken_for_granted_are_not_sent_before_a_person_agrees(environment):
    riids = [str(FIRST + number) for number in range(10)]
    environment.know(*((riid, "") for riid in riids))
    environment.run()
    environment.merge("CUSTOMER_ID_ CITY_", *((f"demo-{number}", "Oslo") for number in range(3)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(change_guard, "FEW", 2)
        with pytest.raises(Unconfirmed):
            environment.run()
        assert environment.sent() == []
        asked = []
        sent = environment.run(confirm=lambda concerns: bool(asked.append(concerns[0].text)) or True)

    assert ([riid for riid, *_ in sent], len(asked)) == (riids[:3], 1)


def test_a_side_that_is_emptied_is_stopped_however_small_the_parts_in_which_it_is_read(
    environment, monkeypatch
):
    """Five parts of a round are a fifth of the people each, so none of them would stop a run."""
    monkeypatch.setattr(members_run, "AT_ONCE", 1)
    monkeypatch.setattr(change_guard, "FEW", 1)
    riids = [str(FIRST + number) for number in range(12)]
    environment.know(*((riid, "") for riid in riids))
    environment.run()
    environment.merge("CUSTOMER_ID_ CITY_", *((f"demo-{number}", "") for number in range(2)))

    with pytest.raises(Unconfirmed, match=r"2 of 4 people \(50 %\)"):
        environment.run_part(4)
    with pytest.raises(Unconfirmed):
        environment.run()

    assert environment.sent() == []
    sent = environment.run(confirm=lambda _: True)
    assert [(riid, variables) for riid, _, variables in sent] == [
        (riid, {"city": None}) for riid in riids[:2]
    ]
    assert environment.run() == []


def test_a_column_that_is_not_there_is_an_error_and_never_a_blank(environment):
    environment.know((RIIDS[0], ""))
    with pytest.raises(CallError, match="INVALID_FIELD_NAME"):
        environment.run(replace(MEMBERS, columns={"SHOE_SIZE": "shoe"}))

    assert read_state(environment.events, "members").trouble


def test_all_are_sent_again_when_asked_for_and_a_dry_run_sends_nothing(environment):
    environment.know(*((riid, "") for riid in RIIDS[:2]))
    counts = environment.prepare().rehearse().counts
    assert (counts.read, counts.changed, environment.sent()) == (2, 2, [])
    environment.run()

    assert environment.run(full=True) == []
    assert [call for _, call, _ in environment.run(resend=True)] == ["ADD", "ADD"]


def test_a_resend_that_stopped_goes_on_as_one(environment):
    environment.know(*((riid, "") for riid in RIIDS[:2]))
    environment.run()
    environment.run(resend=True, patience=0)

    assert [call for _, call, _ in environment.run()] == ["ADD", "ADD"]
    assert environment.run() == []


def test_a_member_without_a_record_is_left_out_until_there_is_one(environment):
    environment.know((RIIDS[0], "demo-0@example.com"), (RIIDS[1], ""))

    assert environment.run(needs_records=True) == []
    counts = environment.outcome.counts
    assert (counts.left_out, counts.changed) == (2, 2)
    assert environment.run(needs_records=True) == []
    counts = environment.outcome.counts
    assert (counts.left_out, counts.changed) == (0, 0)

    take(environment.events, record("00Q000000000001EAA", "demo-0@example.com"))
    assert environment.run(needs_records=True) == [(RIIDS[0], "ADD", {"city": "Rome"})]
    assert environment.run(needs_records=True, resend=True) == [(RIIDS[0], "ADD", {"city": "Rome"})]
    assert environment.outcome.counts.left_out == 1


def test_an_address_of_another_person_is_a_conflict_and_nothing_is_written_by_it(environment):
    environment.know((RIIDS[0], "demo-0@example.com"), (RIIDS[1], "demo-1@example.com"))
    environment.run()
    environment.merge("CUSTOMER_ID_ EMAIL_ADDRESS_ CITY_", ("demo-1", "demo-0@example.com", "Oslo"))

    assert environment.run() == []
    with environment.events.begin() as connection:
        [(kind, whose, other)] = open_conflicts(connection)
        riids = select(handles.c.person).where(handles.c.kind == "riid")
        assert (kind, {whose, other}) == ("handles", {*connection.scalars(riids)})
        settle_conflict(connection, connection.scalar(select(conflicts.c.id)), "apart", "test")
    assert environment.run() == [(RIIDS[1], "ADD", {"city": "Oslo"})]


def test_an_address_that_nobody_had_becomes_the_persons(environment):
    environment.know((RIIDS[0], ""))
    environment.run()
    environment.know(("", "demo-0@example.com"))
    environment.run()

    with environment.events.connect() as connection:
        assert open_conflicts(connection) == []


def test_of_several_riids_of_a_person_one_is_written_by(environment):
    environment.know((RIIDS[0], "x@example.com"), (RIIDS[1], "x@example.com"))
    [(written, *_)] = environment.run()
    other = next(number for number in range(2) if RIIDS[number] != written)
    environment.merge("CUSTOMER_ID_ CITY_", (f"demo-{other}", "Oslo"))

    assert environment.run() == []


@pytest.mark.parametrize("stop", range(3))
def test_a_run_that_is_killed_loses_and_doubles_nothing(environment, monkeypatch, stop):
    monkeypatch.setattr(members_run, "AT_ONCE", 1)
    environment.know(*((riid, "") for riid in RIIDS))
    with monkeypatch.context() as patched:
        match stop:
            case 0:
                patched.setattr(PageTaking, "take", die_after(PageTaking.take, 2))
            case 1:
                patched.setattr(StreamOutbox, "drain", die_after(StreamOutbox.drain, 2))
            case 2:
                patched.setattr(StreamOutbox, "_note", die)
        with pytest.raises(Killed):
            environment.run()
    before = environment.sent()
    after = environment.run()

    found = sorted(riid for riid, *_ in (*before, *after))
    assert found == RIIDS
    with environment.events.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(outgoing)) == 0
        assert connection.scalar(select(func.count()).select_from(records)) == 4
