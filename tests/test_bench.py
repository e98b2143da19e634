"""Only that the measurements can be made: what they come to is nothing for a test."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bench import (
    backlog,
    changes,
    console,
    efficiency,
    end_to_end,
    floor,
    lanes,
    limits,
    neighbours,
    pairs,
    status,
    trace,
    turns,
    words,
)
from bench.__main__ import SECTIONS, parse
from bench.environment import destination, open_environment
from bench.finding import Finding, percentile
from bench.hands import in_turns
from bench.limited_accounts import EVENTS, MAILS, open_limited_account
from bench.race import PRODUCER, Run, finished, race
from bench.rows import rows
from bench.size import QUICK
from pipeline.settle.outcomes import unpack


def test_everything_is_measured_unless_told_otherwise():
    assert parse([]).sections == list(SECTIONS)
    assert parse(["memory", "delay"]).sections == ["memory", "delay"]


def test_a_part_of_a_section_can_be_measured_alone():
    assert parse(["outcomes"]).sections == ["outcomes"]


def test_batches_that_are_looked_at_have_outcomes():
    batch = console.batch_of(7, datetime.now(UTC))

    assert len(unpack(batch["outcomes"])) == batch["rows"] == console.BATCH


def test_a_section_that_does_not_exist_is_refused_with_the_names_of_those_that_do(capsys):
    with pytest.raises(SystemExit):
        parse(["speed"])

    assert (
        'there is no section "speed"; there are: end-to-end, baseline, floor, stages'
        in capsys.readouterr().err
    )


def test_a_race_ends_when_the_emulator_has_accepted_every_row():
    with open_environment() as environment:
        environment.configure({"lapsed": destination()})
        environment.start_worker("worker", WORKER, environment.env)

        run = race(environment, PRODUCER, environment.env, rows=1_000, warm=200)

    assert run.rows == 1_000
    assert run.rate > 0
    assert set(run.cpu) == {"redis", "emulator", "worker", "producer"}


def test_the_clock_stops_at_the_last_full_call():
    """Left-overs wait for their age limit, which has nothing to do with speed."""
    calls = [
        {"time": 11.0, "recipients": 200},
        {"time": 12.0, "recipients": 200},
        {"time": 21.0, "recipients": 3},
    ]

    assert finished(calls, began=10.0) == (400, 2.0)


def test_a_ratio_compares_what_ran_in_the_same_round():
    slow, fast = Run(100, 1.0, 0.0, {"worker": 30.0}), Run(100, 0.5, 0.0, {"worker": 10.0})

    found = end_to_end.ratios({"3 workers": [fast, fast], "celery-batches": [slow, fast]})

    assert found == [
        Finding("3 workers : celery-batches", 1.5, "times", "1 to 2", "≥ 30"),
        Finding("3 workers : celery-batches, by CPU time", 2.0, "times", "1 to 3"),
    ]


def test_the_floor_moves_the_bytes_of_every_row_through_redis_and_over_http():
    """The emulator has judged the requests: all of their rows were accepted."""
    found = floor.floor(replace(QUICK, rows=1_000))

    assert {name: part.rows for name, part in found.parts.items()} == {
        "Redis alone": 1_000,
        "HTTP alone": 1_000,
    }
    assert found.seconds == sum(part.seconds for part in found.parts.values())
    assert found.cpu["clients"] == pytest.approx(sum(part.cpu["clients"] for part in found.parts.values()))


def test_few_and_many_that_wait_get_the_same_work_in_turns():
    with backlog.backlog(100) as few, backlog.backlog(300) as many:
        found = in_turns(
            {"few": (few, rows(9_000, prefix="w")), "many": (many, rows(9_000, prefix="w"))}, 200
        )

        assert [one.what for one in found if one.unit == "times"] == [
            "accepting, many : few",
            "a beat, many : few",
            "status, many : few",
            "publishing, many : few",
            "delivering, many : few",
        ]
        assert many.environment.client.hlen("rows:lapsed") - few.environment.client.hlen("rows:lapsed") == 200


@pytest.mark.parametrize("opened", [lanes.with_lanes, lanes.with_destinations])
def test_a_row_waits_in_every_lane_beside_those_that_are_worked_on(opened):
    with opened(3) as (worker, plenty):
        worker.producer.activate_many(row for row, _ in zip(plenty, range(200), strict=False))
        worker.accept()
        worker.deliver(1)

        assert worker.environment.emulator.accepted() == 200
        assert (
            sum(worker.environment.client.hlen(key) for key in worker.environment.client.keys("rows:*")) == 3
        )


def test_every_look_of_an_operator_is_measured(monkeypatch):
    monkeypatch.setattr(status, "ROUNDS", 1)
    found = status.measure(replace(QUICK, lanes=(1, 5), letters=50), lambda what: None)

    assert [finding.what.split(",")[0] for finding in found] == [
        "reading status",
        "reading status",
        "reading stats",
        "reading dead-letters list",
        "reading dead-letters list --code",
        "activation --help",
        "activation status",
        "activation dead-letters list",
        "activation stats",
    ]
    assert all(finding.value > 0 for finding in found)


def test_a_backlog_goes_out_and_is_counted_by_account_and_function():
    with open_environment(window=1) as environment:
        environment.start_worker("worker", WORKER, environment.env)
        limited_accounts = open_limited_account(
            environment, "both", limit=5, functions=(EVENTS, MAILS), told=True
        )
        for limited_account in limited_accounts:
            limited_account.fill(2)
        for limited_account in limited_accounts:
            limited_account.wait_for(2, 60)

        found = [
            limits.used(limited_account.function, [limited_account], limit=5, window=1, windows=1)
            for limited_account in limited_accounts
        ]

    assert [(one.what, one.unit) for one in found] == [(EVENTS, "% of the limit"), (MAILS, "% of the limit")]
    assert [" 0 rejected" in one.note for one in found] == [True, True]


def test_rejections_and_calls_are_reported_window_by_window():
    seen = [(0.9, 0), (1.5, 2), (6.9, 3), (8.0, 9)]

    assert [changes.rejections(seen, start) for start in (1.0, 7.0)] == [3, 6]
    assert changes.counted([1.0, 6.9, 7.0], 1.0) == 2


def test_the_limit_is_regained_with_the_first_window_that_uses_it():
    slow = [float(second) for second in range(30)]
    fast = [30 + 0.06 * number for number in range(500)]

    assert changes.regained([*slow, *fast], raised=24.0, ended=60.0) == pytest.approx(1.0, abs=0.05)


def test_the_fewest_calls_are_full_or_begun_anew_when_the_oldest_row_is_due():
    assert efficiency.fewest([0.0] * 401) == 3
    ages = (0.0, 0.9, 1.1, 2.0)
    assert efficiency.fewest([age * efficiency.MAX_AGE for age in ages]) == 2


def test_a_neighbour_is_compared_with_nobody():
    found = neighbours.findings("at its limit", alone=[0.010], beside=[0.015])

    assert [(one.value, one.unit) for one in found[:2]] == [(15.0, "ms"), (1.5, "times")]


def test_a_percentile_is_one_of_the_values():
    assert [percentile([3.0, 1.0, 2.0], share) for share in (0.5, 0.99)] == [2.0, 3.0]


WORKER = ("-m", "celery", "-A", "tasks", "worker", "-Q", "activations,deliveries", "-P", "threads", "-c", "2")


def test_a_change_is_traced_from_the_producer_to_its_verdict():
    delivered, refused = trace.traces()

    assert delivered["produce"].rooms[0] == "produce"
    assert "accept" in delivered["accept"].rooms
    assert "lanes" in delivered["claim"].rooms
    assert {"deliver", "settle", "responsys"} < set(delivered["deliver and settle"].rooms)
    assert "settle" in refused["accept"].rooms
    assert all(0 < each.files < each.functions for each in delivered.values())


def test_a_call_in_another_room_is_a_move():
    room, other = trace.PROGRAM / "lanes", trace.PROGRAM / "errors.py"
    calls = [
        (room / "lanes.py", "claim"),
        (room / "row.py", "read"),
        (other, "Held"),
        (room / "row.py", "read"),
    ]

    traced = trace.Trace(calls)

    assert (traced.functions, traced.files, traced.rooms, traced.moves) == (3, 3, ["lanes", "errors"], 2)


def test_pronouns_are_counted_in_docstrings_and_comments_alone(tmp_path):
    text = '"""What it is, and whose."""\n\nwho = "nobody"  # noqa: S105 -- whoever reads\n'

    source = words.Source(tmp_path / "file.py", text)

    assert source.words.total() == 7
    assert source.pronouns == 3
    assert source.begins_with_a_question()


def test_a_pair_compares_what_both_checkouts_paid():
    """Rates are no costs; a finding of an older checkout says no CPU time and is left out."""
    lanes_finding = {"what": "accepting", "value": 20.0, "unit": "µs/row"}
    stage = {"what": "accepting only", "value": 9e4, "unit": "rows/s", "cpu": {"redis": 5.0, "accept": 4.0}}
    contenders = {"3 workers": {"redis": 10.0, "producer": 8.0}}
    document = {"sections": {"stages": [stage], "lanes": [lanes_finding]}, "cpu_ms_per_1000_rows": contenders}

    costs = dict(pairs.costs_in(document))

    assert costs == {
        ("3 workers", pairs.CPU): 18.0,
        ("accepting only", pairs.CPU): 9.0,
        ("accepting only: redis", pairs.CPU): 5.0,
        ("accepting only: accept", pairs.CPU): 4.0,
        ("accepting", "µs/row"): 20.0,
    }
    cells = pairs.line(("accepting", "µs/row"), [(20.0, 10.0), (20.0, 30.0), (10.0, 10.0)])
    assert cells == ["accepting", "20.0", "10.0", "µs/row", "1.000", "0.500", "1.500", "1.000"]


def test_a_checkout_does_each_step_when_told_to():
    with turns.opened(turns.ROOT) as checkout:
        costs = {step: checkout.do(step) for step in turns.STEPS}

    assert all(cost.worker > 0 and cost.redis > 0 for cost in costs.values())


def test_a_step_is_compared_round_by_round():
    costs = [(10.0, 10.0), (20.0, 22.0), (10.0, 12.0)]

    assert turns.line("accept", costs) == ["accept", "10.0", "12.0", "µs/row", "1.100", "1.000 to 1.200"]
