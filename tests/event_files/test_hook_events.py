"""Events of webhooks: counted once by content and day, and joined to rows of files."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from pipeline.event_files.hook_joining import JoinCandidate, nearest_rows
from pipeline.event_files.hook_store import forget_old_hook_events, store_hook_events
from pipeline.model.hook_event import HookEvent
from pipeline.profiles.erasure import count_of, erase_from_events
from pipeline.stores.event_tables import responsys_events
from pipeline.stores.hook_tables import hook_events, joinable_rows
from pipeline.stores.people_tables import handles
from pipeline.streams.hook_rows import hook_rows, newest_hook, told_by_hooks
from tests.event_files.folder import land

NOON = 1_767_614_400  # 2026-01-05T12:00:00Z
DAY = 86_400
HEADER = "RIID,CAMPAIGN_ID,EVENT_CAPTURED_DT,EMAIL\n"
CLICK = HookEvent("EMAIL_CLICKED", 1, riid="7", campaign="31")
OPT_OUT = HookEvent("EMAIL_OPTOUT", 2, riid="7")
AGO = {"31": 0, "32": 1, "33": 2}  # days, by campaign
BOUNCE = HookEvent("EMAIL_BOUNCED", 3, riid="8", address="ada@example.com", campaign="31")


def date_of(day: int | date) -> date:
    """Return a day of January, by its number, or the day itself."""
    return date(2026, 1, day) if isinstance(day, int) else day


@pytest.fixture
def tell(events):
    """Stores events of a webhook, and returns the number of new ones."""

    def tell(*told, at=NOON, connector="acme", account=""):
        with events.begin() as connection:
            return store_hook_events(connection, connector, account, told, at)

    return tell


@pytest.fixture
def land_rows(events, tmp_path):
    """Lands a file with these rows: RIID, campaign, day (a number: of January) and address."""

    def land_rows(feed, *rows):
        lines = [
            f"{riid},{campaign},{date_of(day):%d-%b-%Y} 11:00:00,{email}"
            for riid, campaign, day, email in rows
        ]
        path = tmp_path / f"12_{feed}_2026010{len(list(tmp_path.iterdir()))}_000000.txt"
        path.write_text(HEADER + "\n".join(lines) + "\n")
        land(events, [path])

    return land_rows


@pytest.fixture
def seen(events):
    """Returns what a source sees: words of webhooks' events, and the number of rows that none told."""

    def seen(connector="acme"):
        with events.connect() as connection:
            rows = list(connection.scalars(select(responsys_events.c.id)))
            told = told_by_hooks(connection, connector, rows)
            return [row.word for row in hook_rows(connection, connector, 0, 100, 100)], len(set(rows) - told)

    return seen


def test_equal_events_of_a_day_are_one(tell, events):
    assert tell(CLICK, CLICK, OPT_OUT) == 2
    assert tell(CLICK, at=NOON + 3600) == 0
    assert tell(CLICK, connector="other") == 1
    assert tell(CLICK, at=NOON + DAY) == 1
    with events.connect() as connection:
        found = hook_rows(connection, "acme", 0, 100, 100)
        assert [(row.id, row.word, row.captured) for row in found] == [
            (1, "CLICK", NOON),
            (2, "OPT_OUT", NOON),
            (4, "CLICK", NOON + DAY),
        ]
        assert (newest_hook(connection), {row.riid for row in found}) == (4, {"7"})
        assert [row.id for row in hook_rows(connection, "acme", 1, 9, 1, ["CLICK"])] == [4]
        assert [row.id for row in hook_rows(connection, "acme", 0, 3, 100)] == [1, 2]


def test_ids_are_not_given_twice(tell, events):
    tell(CLICK)
    assert forget_old_hook_events(events, 1) == 1
    tell(CLICK)

    with events.connect() as connection:
        assert newest_hook(connection) == 2


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([("7", "31", 5, "")], 0),
        ([("7", "31", 4, ""), ("7", "31", 6, "")], 1),
        ([("7", "31", 3, ""), ("7", "32", 5, ""), ("9", "31", 5, "")], 3),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_an_event_and_the_row_that_tells_it_too_are_one(tell, land_rows, seen, rows, left, is_first):
    """The same type, RIID and campaign, a day apart at most; whichever comes first is the event."""
    if is_first:
        tell(CLICK)
    land_rows("CLICK", *rows)
    tell(CLICK)

    is_told_twice = left < len(rows) and not is_first
    assert seen() == (([], left + 1) if is_told_twice else (["CLICK"], left))


def test_an_opt_out_names_no_campaign(tell, land_rows, seen):
    tell(OPT_OUT)
    land_rows("OPT_OUT", ("7", "31", 5, ""))

    assert seen() == (["OPT_OUT"], 0)
    assert seen("other") == ([], 1)


def test_each_of_two_events_is_joined_to_a_row_of_its_own(tell, land_rows, seen):
    tell(OPT_OUT)
    tell(OPT_OUT, at=NOON + DAY)
    land_rows("OPT_OUT", ("7", "", 5, ""), ("7", "", 6, ""), ("7", "", 6, ""))

    assert seen() == (["OPT_OUT", "OPT_OUT"], 1)


def test_the_nearest_rows_come_first():
    found = [
        JoinCandidate(1, 10, 5),
        JoinCandidate(1, 11, 3),
        JoinCandidate(2, 11, 1),
        JoinCandidate(3, 10, 9),
    ]

    assert nearest_rows(found) == {2: 11, 1: 10}


def test_an_address_stands_for_a_riid_that_is_not_told(tell, land_rows, seen):
    tell(HookEvent("EMAIL_FAILED", 4, address="ada@example.com"))
    land_rows("FAIL", ("8", "31", 5, "Ada@example.com"))

    assert seen() == (["FAIL"], 0)


def test_an_address_stands_for_a_riid_of_a_row_that_was_there(tell, land_rows, seen):
    land_rows("FAIL", ("8", "31", 5, "Ada@example.com"), ("9", "31", 5, "byron@example.com"))
    tell(HookEvent("EMAIL_FAILED", 4, address="ada@example.com"))

    assert seen() == ([], 2)


def test_rows_that_land_while_webhooks_come_are_found_too(tell, land_rows, seen, events):
    today = datetime.now(UTC).date()
    at = int(datetime.combine(today, time(12), UTC).timestamp())
    land_rows("CLICK", ("7", "30", today, ""))
    tell(CLICK, at=at)

    land_rows("CLICK", *(("7", campaign, today - timedelta(days=ago), "") for campaign, ago in AGO.items()))
    for number, campaign in enumerate(("30", "32", "33"), 10):
        tell(HookEvent("EMAIL_CLICKED", number, riid="7", campaign=campaign), at=at)

    assert seen() == (["CLICK", "CLICK"], 3)  # campaigns 31 and 33
    with events.connect() as connection:
        days = connection.scalars(select(joinable_rows.c.day).distinct()).all()
    assert sorted(days) == [at // DAY - 1, at // DAY]


def test_rows_are_given_up_when_webhooks_stop(tell, land_rows, seen, events):
    today = datetime.now(UTC).date()
    at = int(datetime.combine(today, time(12), UTC).timestamp())
    land_rows("CLICK", ("7", "31", today - timedelta(days=5), ""))
    tell(HookEvent("EMAIL_CLICKED", 9, riid="7", campaign="31"), at=at - 5 * DAY)

    land_rows("CLICK", ("7", "32", today, ""))
    with events.connect() as connection:
        assert connection.scalars(select(joinable_rows.c.row)).all() == []
    tell(HookEvent("EMAIL_CLICKED", 10, riid="7", campaign="32"), at=at)

    assert seen() == ([], 2)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_riid_that_came_before_any_file_gets_the_account_of_files(tell, land_rows, seen, events, is_known):
    tell(CLICK)
    if is_known:
        land_rows("OPEN", ("7", "31", 5, ""))
    land_rows("CLICK", ("7", "31", 5, ""))

    assert seen() == (["CLICK"], int(is_known))
    with events.connect() as connection:
        riid = (handles.c.kind == "riid") & (handles.c.scope == "12")
        assert connection.scalar(select(handles.c.value).where(riid)) == "7"
        assert connection.scalars(select(handles.c.scope).where(handles.c.scope == "")).all() == []


def test_an_address_that_bounced_is_not_the_persons(tell, events):
    tell(BOUNCE, HookEvent("EMAIL_SKIPPED", 5, riid="9", address="byron@example.com"))

    with events.connect() as connection:
        people = dict(connection.execute(select(handles.c.value, handles.c.person)).all())
        labels = connection.scalars(select(handles.c.label)).all()
    assert len(set(people.values())) == 3
    assert set(labels) == {None}


def test_erased_people_are_not_brought_back_by_a_repeated_message(tell, events):
    tell(BOUNCE)

    assert count_of(events, "8")["webhook events"] == 1
    erase_from_events(events, "8")

    with events.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(hook_events)) == 0
        assert connection.scalar(select(func.count()).select_from(handles)) == 0
    assert tell(BOUNCE) == 0
