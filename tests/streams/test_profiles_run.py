"""Sources of profiles: fields kept per person from event files, as far as they changed."""

from functools import partial

import pytest
from sqlalchemy import func, select

from pipeline.model.source import ProfilesSource
from pipeline.people.handle_book import HandleBook
from pipeline.produce.appender import Appender
from pipeline.profiles.erasure import erase_from_events
from pipeline.profiles.export import profiles_of
from pipeline.profiles.fold import Folding, start_anew
from pipeline.profiles.further_field import read_fields
from pipeline.stores.event_tables import event_folds
from pipeline.stores.stream_tables import outgoing, records
from pipeline.streams import changed_profiles
from pipeline.streams.page_taking import PageTaking
from pipeline.streams.profiles_run import ProfilesRun
from pipeline.streams.stream_outbox import StreamOutbox
from pipeline.streams.stream_state import read_state
from tests.event_files.folder import land
from tests.fixtures.intake import Bell, Entries
from tests.streams.test_crashes import Killed, die, die_after

TOTALS = ProfilesSource(name="totals", every=60, audience="totals")
NAMES = ("email_click_ct", "email_last_click_ts", "email_open_ct")


@pytest.fixture
def environment(redis, events, tmp_path):
    return Profiles(redis, events, tmp_path)


class Profiles:
    """Lands events, folds them, and runs the source."""

    def __init__(self, redis, events, folder):
        self.redis, self.events, self.folder = redis, events, folder
        self.entries = Entries(redis)
        self.asked = []  # people whose fields were read
        self.files = 0

    def land(self, feed, *rows, fold=True):
        """Land rows of RIID, address and hour."""
        self.files += 1
        path = self.folder / f"12_{feed}_202601{self.files:02}_000000.txt"
        lines = [f"{riid},05-Jan-2026 {hour:02}:00:00,{email}" for riid, email, hour in rows]
        path.write_text("RIID,EVENT_CAPTURED_DT,EMAIL\n" + "".join(f"{line}\n" for line in lines))
        land(self.events, [path])
        if fold:
            Folding(self.events).run()

    def prepare(self, **options):
        def profiles(connection, people):
            self.asked += people
            return profiles_of(connection, people)

        return ProfilesRun(self.events, TOTALS, profiles, **options)

    def run(self, **options):
        """Run the source; return people by their RIID, what happened, and some variables."""
        self.asked.clear()
        self.prepare(**options).run(Appender(self.redis, Bell(), sleep=lambda _: None))
        return self.sent()

    def sent(self):
        found = self.entries()
        for key in self.redis.scan_iter("intake:*"):
            self.redis.delete(key)
        return sorted(
            (
                each.identifiers["riid"],
                each.call_type,
                {k: v for k, v in each.variables.items() if k in NAMES},
            )
            for each in found
        )


def counted(variables):
    return {name: value for name, value in variables.items() if name in NAMES}


def clicks(count, hour):
    return {"email_click_ct": count, "email_last_click_ts": f"2026-01-05T{hour:02}:00:00Z"}


def test_everybody_is_sent_at_first_and_then_what_changed(environment):
    environment.land("CLICK", (7, "ada@example.com", 9), (8, "b@example.com", 9))
    environment.land("OPEN", (7, "", 9))
    assert environment.run() == [
        ("7", "ADD", clicks(1, 9) | {"email_open_ct": 1}),
        ("8", "ADD", clicks(1, 9)),
    ]
    assert (environment.run(), environment.asked) == ([], [])

    environment.land("CLICK", (7, "ada@example.com", 11), (9, "c@example.com", 8))

    assert environment.run() == [("7", "UPDATE", clicks(2, 11)), ("9", "ADD", clicks(1, 8))]
    assert len(environment.asked) == 2


def test_an_earlier_click_changes_the_number_alone(environment):
    environment.land("CLICK", (7, "ada@example.com", 9))
    environment.run()
    environment.land("CLICK", (7, "ada@example.com", 8))

    assert environment.run() == [("7", "UPDATE", {"email_click_ct": 2})]


def test_sets_and_counters_are_no_variables_and_identifiers_are(environment):
    environment.land("CLICK", (7, "ada@example.com", 9))
    environment.prepare().run(Appender(environment.redis, Bell(), sleep=lambda _: None))

    [activation] = environment.entries()
    assert activation.identifiers == {"riid": "7", "email": "ada@example.com"}
    assert activation.profile_id.startswith("person:")
    kinds = {type(value) for value in activation.variables.values()}
    assert (kinds, activation.variables["rs_user_id"]) == ({int, str}, "7")


def test_what_is_not_folded_yet_waits_for_the_fold(environment):
    environment.land("CLICK", (7, "ada@example.com", 9))
    environment.run()
    environment.land("CLICK", (7, "ada@example.com", 11), fold=False)
    assert environment.run() == []

    Folding(environment.events).run()

    assert environment.run() == [("7", "UPDATE", clicks(2, 11))]


def test_handles_of_one_person_are_summed_up(environment):
    environment.land("CLICK", (7, "", 9), (8, "", 9))
    environment.run()
    environment.land("CLICK", (7, "ada@example.com", 10), (8, "ada@example.com", 10))

    [(_, call_type, values)] = environment.run()

    assert (call_type, values) == ("UPDATE", clicks(4, 10))


def test_people_who_became_one_without_an_event_are_found_by_the_look_at_all(environment):
    environment.land("CLICK", (7, "", 9), (8, "", 10))
    environment.run()
    with environment.events.begin() as connection:
        book = HandleBook(connection)
        keys = [("riid", "12", "7"), ("riid", "12", "8")]
        book.look_up(keys)
        book.unite(*map(book.person, keys))
        book.store()

    assert environment.run() == []
    [(_, call_type, values)] = environment.run(full=True)
    assert (call_type, values) == ("UPDATE", clicks(2, 10))


def test_all_are_sent_again_when_asked_for(environment):
    environment.land("CLICK", (7, "ada@example.com", 9))
    environment.run()

    assert environment.run(full=True) == []
    assert environment.run(resend=True) == [("7", "ADD", clicks(1, 9))]


def test_a_resend_that_stopped_goes_on_as_one(environment, monkeypatch):
    monkeypatch.setattr("pipeline.streams.changed_profiles.AT_ONCE", 1)
    environment.land("CLICK", (7, "ada@example.com", 9), (8, "b@example.com", 9))
    environment.run()

    assert len(environment.run(resend=True, patience=0)) == 1
    assert len(environment.run()) == 1
    assert environment.run() == []


def test_a_dry_run_counts_and_changes_nothing(environment):
    environment.land("CLICK", (7, "ada@example.com", 9), (8, "b@example.com", 9))

    counts = environment.prepare().rehearse().counts

    assert (counts.read, counts.changed, environment.sent()) == (2, 2, [])
    environment.run()
    environment.land("CLICK", (8, "b@example.com", 10))
    counts = environment.prepare().rehearse().counts
    assert (counts.read, counts.changed) == (1, 1)
    assert len(environment.run()) == 1


def test_profiles_that_are_built_anew_are_left_alone(environment):
    environment.land("CLICK", (7, "ada@example.com", 9))
    environment.run()
    with environment.events.begin() as connection:
        version = connection.scalar(select(event_folds.c.fields))
        start_anew(connection, version)

    assert environment.run(full=True) == []
    Folding(environment.events).run()
    environment.land("CLICK", (7, "ada@example.com", 10))
    assert environment.run() == [("7", "UPDATE", clicks(2, 10))]


def test_further_fields_make_it_look_at_all_people(environment):
    environment.land("CLICK", (7, "ada@example.com", 9))
    environment.run()
    further = read_fields({"last_mail": {"column": "EMAIL", "kind": "last"}})
    Folding(environment.events, further).run()

    run = ProfilesRun(environment.events, TOTALS, partial(profiles_of, further=further))
    run.run(Appender(environment.redis, Bell(), sleep=lambda _: None))

    assert [each.variables for each in environment.entries()] == [{"last_mail": "ada@example.com"}]


def test_erased_people_leave_no_record(environment):
    environment.land("CLICK", (7, "ada@example.com", 9))
    environment.run()

    assert erase_from_events(environment.events, "7")["records"] == 1
    assert environment.run(full=True) == []


@pytest.mark.parametrize("page_size", [1, 2])
@pytest.mark.parametrize("stop", range(4))
def test_a_run_that_is_killed_loses_and_doubles_nothing(environment, monkeypatch, stop, page_size):
    monkeypatch.setattr(changed_profiles, "AT_ONCE", page_size)
    environment.land("CLICK", *((riid, f"p{riid}@example.com", 9) for riid in range(1, 5)))
    with monkeypatch.context() as patched:
        match stop:
            case 0:
                patched.setattr(PageTaking, "take", die_after(PageTaking.take, 1))
            case 1:
                patched.setattr(StreamOutbox, "drain", die)
            case 2:
                patched.setattr(StreamOutbox, "_note", die)
            case 3:
                patched.setattr(ProfilesRun, "_forget_missing", die)
        with pytest.raises(Killed):
            environment.run()
    before = environment.sent() if stop != 2 else []
    if stop == 2:  # appended, not noted: the same again under the same number
        environment.sent()

    after = environment.run()

    riids = sorted(riid for riid, *_ in (*before, *after))
    assert riids == ["1", "2", "3", "4"] or stop == 2
    with environment.events.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(outgoing)) == 0
        assert connection.scalar(select(func.count()).select_from(records)) == 4
    state = read_state(environment.events, "totals")
    assert (state.full, state.is_baseline) == (None, False)
