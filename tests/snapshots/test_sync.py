"""pipeline.snapshots: what is sent of a snapshot, on both databases and a real Redis."""

import json

import pytest

from pipeline.errors import Misconfigured
from pipeline.produce.appender import AppendFailed
from pipeline.produce.lines import FileLine
from pipeline.snapshots.concerns import Concern
from pipeline.stores import tables
from pipeline.stores.broker import connect
from tests.environment import LAPSED
from tests.snapshots.environment import NOON, member

MAIL = {**LAPSED, "existing_members": False}


def test_the_first_snapshot_adds_everybody(environment):
    outcome = environment.sync(member("a", tier="gold"), member("b"))

    assert outcome.sent
    assert environment.sent() == [("lapsed", "ADD", "a"), ("lapsed", "ADD", "b")]
    assert environment.members() == ["a", "b"]


def test_activations_carry_what_the_row_holds_and_the_time_of_the_snapshot(environment):
    environment.sync(member("a", tier="gold", points=7, gone=None))

    [entry] = environment.taken()
    assert (entry.audience, entry.identifiers) == ("lapsed-buyers", {"crm_id": "C-a"})
    assert entry.variables == {"tier": "gold", "points": 7, "gone": None}
    assert (entry.occurred_at - NOON).total_seconds() == 60
    assert (entry.bulk, entry.destination, entry.id) == (True, "lapsed", None)


def test_only_the_difference_is_sent(environment):
    environment.sync(*map(member, "abcdefgh"))
    environment.taken()

    outcome = environment.sync(*map(member, "bcdefg"), member("h", tier="gold"), member("i"))

    assert environment.sent() == [
        ("lapsed", "ADD", "i"),
        ("lapsed", "REMOVE", "a"),
        ("lapsed", "UPDATE", "h"),
    ]
    [part] = outcome.parts
    assert (part.known, part.entering, part.changed, part.leaving, part.sent) == (8, 1, 1, 1, 3)


def test_the_same_snapshot_again_sends_nothing(environment):
    environment.sync(member("a", points=7, vip=True, rate=0.5), member("b"))
    environment.taken()

    environment.sync(member("b"), member("a", rate="0.5", vip="true", points="7"))

    assert environment.sent() == []


def test_who_leaves_is_reported_with_what_was_sent_last(environment):
    environment.sync(*map(member, "abcdef"))
    environment.sync(*map(member, "bcdef"), {**member("a", tier="gold"), "identifiers": {"crm_id": "new"}})
    environment.taken()

    environment.sync(*map(member, "bcdef"))

    [entry] = environment.taken()
    assert (entry.call_type, entry.identifiers, entry.variables) == (
        "REMOVE",
        {"crm_id": "new"},
        {"tier": "gold"},
    )
    assert environment.members() == list("bcdef")


def test_who_comes_back_is_added_again(environment):
    environment.sync(*map(member, "abcdef"))
    environment.sync(*map(member, "bcdef"))
    environment.taken()

    environment.sync(*map(member, "abcdef"))

    assert environment.sent() == [("lapsed", "ADD", "a")]


def test_destinations_are_compared_each_with_its_own_past(environment):
    environment.sync(*map(member, "abcde"))
    environment.apply(lapsed=LAPSED, second=LAPSED)
    environment.taken()

    environment.sync(*map(member, "abcde"), member("f"))

    assert environment.sent() == [
        ("lapsed", "ADD", "f"),
        *[("second", "ADD", profile) for profile in "abcdef"],
    ]


def test_a_destination_is_sent_only_what_it_takes(environment):
    environment.apply(lapsed={**LAPSED, "call_types": ["REMOVE"]})
    environment.sync(*map(member, "abcdef"))
    [part] = environment.sync(*map(member, "bcde"), member("f", tier="gold"), member("g")).parts

    assert environment.sent() == [("lapsed", "REMOVE", "a")]
    assert (part.entering, part.changed, part.leaving, part.sends) == (1, 1, 1, 1)


def test_only_attributes_that_are_exported_are_sent_and_compared(environment, monkeypatch):
    action = "pipeline.responsys.actions.custom_event.CustomEvent.attributes"
    monkeypatch.setattr(action, lambda *_: frozenset({"2001", "tier"}))
    environment.sync({**member("a", tier="gold", points=1), "identifiers": {"crm_id": "C-a", "riid": "1"}})
    [entry] = environment.taken()
    environment.sync(member("a", tier="gold", points=2))

    assert (entry.identifiers, entry.variables) == ({"crm_id": "C-a"}, {"tier": "gold"})
    assert environment.sent() == []


def test_without_existing_members_the_first_snapshot_is_a_baseline(environment):
    environment.apply(lapsed=MAIL)
    [first] = environment.sync(*map(member, "abcde")).parts

    assert (first.silent, first.entering, first.sends, first.sent) == (True, 5, 0, 0)
    assert environment.sent() == []

    environment.sync(*map(member, "abcdef"))

    assert environment.sent() == [("lapsed", "ADD", "f")]


def test_a_baseline_knows_also_whose_row_is_not_valid(environment):
    """Else they would be told as new when their row is put right."""
    environment.apply(lapsed={**MAIL, "call_types": ["ADD"]})
    environment.sync(member("a"), {**member("b"), "identifiers": {"hashed_email": "x"}})

    environment.sync(member("a"), member("b"))

    assert environment.sent() == []


def test_a_refused_row_changes_nothing_for_its_profile(environment):
    environment.sync(*map(member, "abc"))
    environment.taken()
    refused = []

    outcome = environment.sync(
        member("a", tier="gold"),
        {**member("b"), "identifiers": {"hashed_email": "x"}},
        {**member("c"), "audience": "others"},
        {**member("d"), "call_type": "REMOVE"},
        on_error=lambda line, messages: refused.append((line, [*messages])),
    )

    assert refused == [(2, ["identifiers"]), (3, ["audience"]), (4, ["call_type"])]
    assert (outcome.sent, outcome.counts.refused, outcome.counts.unreadable) == (True, 3, 0)
    assert environment.sent() == [("lapsed", "UPDATE", "a")]
    assert environment.members() == ["a", "b", "c"]


EXPORT = {
    "audience": "lapsed-buyers",
    "connector": "acme",
    "action": "audience_export",
    "call_types": ["ADD", "UPDATE"],
    "identifiers": {"crm_id": "CUSTOMER_ID_"},
    "match_column_1": "CUSTOMER_ID_",
    "columns": {"tier": {"column": "TIER"}},
}
OLD, NEW = {"occurred_at": "2026-11-20T12:00:00Z"}, {"occurred_at": "2026-11-20T13:00:00+00:00"}


@pytest.mark.parametrize("turned", [False, True], ids=["as given", "turned round"])
@pytest.mark.parametrize(
    ("rows", "counts"),
    [
        ([member("a", n=1), member("a", n=3), member("a", n=2)], {"n": 3}),
        ([member("a", n=1, z=2), member("a", z=1, n=2)], {"n": 2, "z": 1}),
        ([{**member("a", n=1), **NEW}, {**member("a", n=3), **OLD}, member("a", n=7)], {"n": 1}),
        ([member("a", n=1), {"profile_id": "a", "audience": "other"}], {"n": 1}),
    ],
)
def test_of_several_rows_of_a_profile_the_latest_or_greatest_counts(
    environment, small_pages, rows, counts, turned
):
    """The order of lines never matters: who exports them does not promise one."""
    lines = [*rows, member("b")]

    outcome = environment.sync(*(reversed(lines) if turned else lines))

    assert (outcome.counts.members, outcome.counts.duplicates) == (2, len(rows) - 1)
    assert outcome.counts.duplicated == ["a"]
    assert {entry.profile_id: entry.variables for entry in environment.taken()}["a"] == counts


def test_of_a_destination_that_shows_a_part_the_whole_row_decides(environment, small_pages):
    environment.apply(lapsed=EXPORT)
    low, high = member("a", hidden="1", tier="silver"), member("a", hidden="2", tier="gold")

    environment.sync(low, high)
    first = environment.taken()
    environment.apply(lapsed=EXPORT)
    [part] = environment.sync(high, low).parts

    assert [entry.variables for entry in first] == [{"tier": "gold"}]
    assert part.changed == 0


def test_many_pages_send_everything_once(environment, small_pages):
    environment.sync(*[member(f"p{n:02}") for n in range(30)])
    first = environment.sent()
    environment.sync(*[member(f"p{n:02}", tier="gold") for n in range(3, 33)])

    assert first == [("lapsed", "ADD", f"p{n:02}") for n in range(30)]
    assert environment.sent() == [
        *[("lapsed", "ADD", f"p{n:02}") for n in range(30, 33)],
        *[("lapsed", "REMOVE", f"p{n:02}") for n in range(3)],
        *[("lapsed", "UPDATE", f"p{n:02}") for n in range(3, 30)],
    ]


def test_no_row_of_a_snapshot_is_left_behind(environment, small_pages):
    environment.sync(*map(member, "abcdefgh"))
    environment.sync(*map(member, "abcdefgh"), dry_run=True)
    environment.sync()

    assert environment.rows(tables.staged) == []


def test_an_audience_without_destination_is_refused(environment):
    environment.apply(lapsed={**LAPSED, "audience": "others"})

    with pytest.raises(Misconfigured, match='for audience "lapsed-buyers"; audiences that have one: others'):
        environment.sync(member("a"))


@pytest.mark.parametrize(("left", "stopped"), [(2, False), (3, True)])
def test_more_than_a_fifth_must_not_leave_without_consent(environment, left, stopped):
    everybody = [member(f"p{n}") for n in range(10)]
    environment.sync(*everybody)
    environment.taken()

    outcome = environment.sync(*everybody[left:])

    assert outcome.sent is not stopped
    assert len(environment.sent()) == (0 if stopped else left)
    if stopped:
        text = '3 of 10 members (30 %) would leave destination "lapsed"; up to 20 % is taken for granted'
        assert outcome.concerns == (Concern("leaving", text, "lapsed"),)
        assert len(environment.members()) == 10


def test_how_many_may_leave_can_be_said(environment):
    environment.sync(*map(member, "abcd"))
    environment.taken()

    assert not environment.sync(*map(member, "bcd"), max_leaving=24.9).sent
    assert environment.sync(*map(member, "bcd"), max_leaving=25).sent


@pytest.mark.parametrize("known", ["", "abc"])
def test_an_empty_snapshot_needs_consent(environment, known):
    """As the first one too: everybody of the next one would seem new."""
    if known:
        environment.sync(*map(member, known))
        environment.taken()

    outcome = environment.sync()

    text = f'the snapshot is empty; destination "lapsed" has {len(known)} members'
    assert (outcome.sent, outcome.concerns) == (False, (Concern("empty", text, "lapsed"),))
    assert environment.sync(confirm=lambda _: True).sent
    assert len(environment.sent()) == len(known)
    assert environment.sync().sent  # nobody is left


def test_lines_of_nobody_knows_whom_need_consent(environment):
    environment.sync(*map(member, "abcdef"))
    environment.taken()

    outcome = environment.sync(
        *map(member, "abcde"), FileLine(6, problem="This is not JSON."), FileLine(7, {"profile_id": 7.5})
    )

    text = "2 of 7 lines name no profile that can be read: whoever is meant would seem to have left"
    assert (outcome.sent, outcome.concerns) == (False, (Concern("unreadable", text),))
    assert environment.sent() == []


def test_a_dry_run_counts_and_changes_nothing(environment):
    environment.sync(*map(member, "abcde"))
    environment.taken()
    before = environment.rows(tables.members), environment.rows(tables.snapshot_parts)
    seen = []

    outcome = environment.sync(*map(member, "bcdef"), dry_run=True, on_part=seen.append)

    [part] = outcome.parts
    assert (outcome.sent, part.entering, part.changed, part.leaving, part.sent) == (False, 1, 0, 1, 0)
    assert seen == [part]
    assert environment.sent() == []
    assert (environment.rows(tables.members), environment.rows(tables.snapshot_parts)) == before


def interrupted(environment, wire, *rows, **how):
    """Run until an answer of Redis is lost for good; tell how it ended."""
    wire.lose_answers(99)
    with connect(wire.url) as client, pytest.raises(AppendFailed):
        environment.sync(*rows, client=client, **how)
    wire.lose_answers(0)


@pytest.mark.parametrize("chunks", range(6))
def test_an_interrupted_run_sends_each_change_once(environment, small_pages, wire, monkeypatch, chunks):
    """The chunk whose answer was lost has been appended."""
    rows = [member(f"p{n:02}") for n in range(11)]
    environment.sync(*rows[:2], member("x"), confirm=lambda _: True)
    environment.taken()
    lose_after(environment, wire, monkeypatch, chunks, *rows)

    outcome = environment.sync(*rows)

    assert environment.sent() == [
        *[("lapsed", "ADD", f"p{n:02}") for n in range(2, 11)],
        ("lapsed", "REMOVE", "x"),
    ]
    assert [part.sent for part in outcome.finished] == [10]
    assert [part.sent for part in outcome.parts] == [0]
    assert environment.members() == [f"p{n:02}" for n in range(11)]


def lose_after(environment, wire, monkeypatch, chunks, *rows):
    """Interrupt a run after some chunks."""
    from pipeline.produce.appender import Appender

    append, appended = Appender.append_chunk, []

    def append_chunk(self, chunk):
        if len(appended) == chunks:
            wire.lose_answers(99)
        appended.append(chunk)
        return append(self, chunk)

    monkeypatch.setattr(Appender, "append_chunk", append_chunk)
    with connect(wire.url) as client, pytest.raises(AppendFailed):
        environment.sync(*rows, client=client, confirm=lambda _: True)
    wire.lose_answers(0)
    monkeypatch.setattr(Appender, "append_chunk", append)


def test_an_interrupted_run_is_completed_as_it_was_although_the_next_snapshot_differs(environment, wire):
    interrupted(environment, wire, member("a"), member("b"))

    environment.sync(member("b"), member("c"), confirm=lambda _: True)

    assert [(entry.call_type, entry.profile_id) for entry in sorted(environment.taken(), key=when)] == [
        ("ADD", "a"), ("ADD", "b"), ("REMOVE", "a"), ("ADD", "c"),
    ]  # fmt: skip


def when(entry):
    return entry.occurred_at, entry.call_type != "REMOVE", entry.profile_id


def test_a_dry_run_leaves_an_interrupted_run_as_it_is(environment, wire):
    interrupted(environment, wire, member("a"), member("b"))
    environment.taken()

    environment.sync(member("b"), dry_run=True)
    outcome = environment.sync(member("a"), member("b"))

    assert (environment.sent(), [part.sent for part in outcome.finished]) == (
        [],
        [2],
    )  # they had been appended


def test_a_reading_that_fails_sends_nothing_and_the_next_one_begins_anew(environment, small_pages):
    def broken():
        yield from (FileLine(n, member(f"p{n}")) for n in range(10))
        raise Misconfigured("the compressed file is cut off")

    with pytest.raises(Misconfigured):
        environment.prepare().run(broken())
    outcome = environment.sync(member("a"))

    assert outcome.finished == ()
    assert environment.sent() == [("lapsed", "ADD", "a")]
    assert environment.rows(tables.staged) == []


def test_a_destination_that_is_removed_during_an_interruption_is_left_out(environment, wire):
    environment.apply(lapsed=LAPSED, second=LAPSED)
    interrupted(environment, wire, member("a"))
    environment.apply(second=LAPSED)
    environment.taken()

    environment.sync(member("a"))

    assert environment.sent() == [("second", "ADD", "a")]


def test_what_a_removed_destination_was_sent_is_forgotten(environment, small_pages):
    environment.apply(lapsed=LAPSED, second=LAPSED)
    environment.sync(*map(member, "abcdefgh"))
    environment.apply(second=LAPSED)
    environment.sync(*map(member, "abcdefgh"))

    assert (environment.members("lapsed"), len(environment.members("second"))) == ([], 8)
    assert [part[0] for part in environment.rows(tables.snapshot_parts)] == ["second"]


def test_what_is_kept_of_a_member_is_what_was_sent(environment):
    environment.sync(member("a", tier="gold"))

    [(destination, profile, _, content)] = environment.rows(tables.members)
    assert (destination, profile, json.loads(content)) == (
        "lapsed",
        "a",
        [{"crm_id": "C-a"}, {"tier": "gold"}],
    )
