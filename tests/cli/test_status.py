"""``activation status``, on a real server and both databases."""

import json
import re

from pipeline.operate.status.workers import seen
from pipeline.stores import allowances
from tests.environment import ACME, LAPSED


def test_what_is_wrong_comes_first(environment, run):
    environment.wait("lapsed", "a", "b")
    environment.hold("connector", "acme", "held", "API_BLOCKED", "The API is blocked")

    result = run("status")

    first, second, *_ = result.output.splitlines()
    assert result.exit_code == 0
    assert first.startswith('✗ connector "acme" is held since ')
    assert first.endswith(": API_BLOCKED: The API is blocked; 2 rows wait")
    assert second == "  → put it right, then `activation resume acme`"


def test_an_environment_in_order_is_shown_in_whole_lines(environment, run):
    """Not folded at 80 columns: this is read by grep as well."""
    environment.redis.rpush("deliveries", "doorbell")
    environment.redis.rpush("intake:3", "{}", "{}")
    environment.keep("a", destination="lapsed")

    lines = run("status").output.splitlines()
    assert re.fullmatch(r"Redis: [0-9.]+ MB used, no maxmemory", lines.pop(5))

    assert lines == [
        "✗ 1 dead letter is open",
        "  → `activation dead-letters list`, then replay or drop",
        "",
        "Workers: seen just now; messages queued: 1 in deliveries",
        "Intake: 2 waiting to be accepted, in 1 of 16 shards, 2 of them in shard 3",
        "",
        "DESTINATION  AUDIENCE       STATE  WAITING  IN FLIGHT  LANES  OLDEST  DUE  BATCHES  AGAIN"
        "  DEAD LETTERS",
        "lapsed       lapsed-buyers  idle         0          0      0       -    -        0      0"
        "             1",
        "left         leavers        idle         0          0      0       -    -        0      0"
        "             0",
        "",
        "CONNECTOR  FUNCTION            CALLS PER MINUTE  SET BY       AT MOST NOW  NEXT CALL",
        "acme       triggerCustomEvent               200  our default          190  any time",
    ]


def test_rows_that_wait_are_shown_with_their_age(environment, run):
    environment.wait("lapsed", "a")
    environment.redis.zincrby("lane:lapsed/all", -4 * 3_600_000 - 150_000, "a")

    row = run("status").output.splitlines()[-5]

    shown = r"lapsed lapsed-buyers waiting 1 0 1 4 h 2 min in (10 min|9 min( \d+ s)?) 0 0 0"
    assert re.fullmatch(shown, " ".join(row.split()))


def test_the_calls_of_an_org_are_shown_with_our_part_of_them(environment, run):
    crm = {
        "kind": "salesforce",
        "host": "https://acme.my.salesforce.com",
        "client_id": "3M",
        "client_secret": "s",
    }
    environment.apply({"acme": ACME, "crm": crm}, {"lapsed": LAPSED})
    account = environment.catalog.connectors["crm"].account
    allowances.note(environment.redis, account, {"calls": "1234/96000"}, 300)

    lines = run("status").output.splitlines()[-2:]
    assert lines == [
        "CONNECTOR  CALLS OF 24 H         OURS THIS HOUR  BACKLOG THROUGH",
        "crm        1,234 of 96,000 used  0 of 1,000      nothing waits",
    ]


def test_nothing_wrong_is_said(environment, run):
    assert run("status").output.startswith("✓ Nothing is wrong.\n\nWorkers: seen just now; ")


def test_before_anything_is_configured_the_first_step_is_reported(empty_environment, run):
    empty_environment.work()

    assert re.sub(r"[0-9.]+ MB", "5 MB", run("status").output) == (
        "✗ no destination is configured\n"
        "  → bring some in with `activation apply FILE`\n"
        "\n"
        "Workers: seen just now; messages queued: none\n"
        "Intake: empty\n"
        "Redis: 5 MB used, no maxmemory\n"
    )


def test_programs_get_one_document(environment, run):
    environment.keep("a")

    document = json.loads(run("status", "--json").stdout)

    assert document["troubles"] == [
        {
            "text": "1 dead letter is open",
            "way_out": "`activation dead-letters list`, then replay or drop",
            "passing": False,
        }
    ]
    assert [line["name"] for line in document["destinations"]] == ["lapsed", "left"]


def test_a_worker_that_beats_is_seen(redis):
    redis.set("turn:intake", "worker")

    assert seen(redis, patience=0)


def test_nobody_is_seen_where_nothing_beats(redis):
    assert not seen(redis, patience=0)
