"""pipeline.alerts.look: states and messages in SQL, each change once."""

from concurrent.futures import ThreadPoolExecutor

from pipeline.alerts.documents import alerts_document, open_alerts, open_by_rule
from tests.alerts.watching import RULE


def states(watching):
    place = watching.environment
    document = alerts_document(place.engine, place.catalog, place.records.export()["alerts"])
    return {
        (state["subject"]["name"], state["state"]) for rule in document["alerts"] for state in rule["states"]
    }


def test_an_alert_is_opened_reminded_and_closed_once_each(watching):
    watching.open()
    for _ in range(3):
        watching.watch.look()
    watching.pass_time(14_401)
    for _ in range(3):
        watching.watch.look()
    watching.end()
    for _ in range(3):
        watching.watch.look()

    assert watching.rows("type") == ["alert.opened", "alert.reminder", "alert.closed"]
    assert states(watching) == {("lapsed", "ok"), ("left", "ok")}


def test_four_processes_that_look_at_once_tell_it_once(watching):
    watching.open()
    watches = [watching.another_process() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda watch: watch.look(), watches))
    watching.end()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda watch: watch.look(), watches))

    assert watching.rows("type") == ["alert.opened", "alert.closed"]


def test_each_destination_is_an_alert_of_its_own(watching):
    watching.open()
    watching.environment.keep("l2", destination="left")

    watching.watch.look()

    assert watching.rows("type") == ["alert.opened"] * 2
    assert states(watching) == {("lapsed", "open"), ("left", "open")}


def test_the_metric_counts_open_alerts_by_rule(watching):
    place = watching.environment
    watching.configure(letters=RULE, quiet={**RULE, "rule": "held", "severity": "warning"})
    watching.open()
    watching.watch.look()

    assert open_by_rule(place.engine, place.catalog) == {("letters", "critical"): 1, ("quiet", "warning"): 0}


def test_open_alerts_are_reported_with_their_way_out_and_their_page(watching):
    watching.open()
    watching.watch.look()

    [alert] = open_alerts(watching.environment.engine)

    assert (alert["rule"], alert["kind"], alert["severity"], alert["state"]) == (
        "letters", "dead_letters", "critical", "open"
    )  # fmt: skip
    assert alert["subject"] == {"scope": "destination", "name": "lapsed"}
    assert alert["path"] == "/dead-letters?destination=lapsed"


def test_a_rule_that_is_removed_or_disabled_closes_what_is_open(watching):
    watching.configure(letters=RULE, more=RULE)
    watching.open()
    watching.watch.look()
    watching.configure(letters={**RULE, "enabled": False, "clear_after": 600})

    watching.watch.look()

    assert sorted(watching.rows("type", "alert")) == [
        ("alert.closed", "letters destination lapsed"),
        ("alert.closed", "more destination lapsed"),
        ("alert.opened", "letters destination lapsed"),
        ("alert.opened", "more destination lapsed"),
    ]


def test_a_destination_that_is_removed_closes_what_is_open(watching):
    watching.open()
    watching.watch.look()
    watching.environment.records.remove("destinations", "lapsed")

    watching.watch.look()
    watching.watch.look()

    assert watching.rows("type") == ["alert.opened", "alert.closed"]
    assert states(watching) == {("left", "ok")}


def test_a_message_names_nobody_and_no_secret(watching):
    watching.environment.keep("l1", profile_id="p-ada", detail="ada@example.com is unknown")
    watching.watch.look()

    [body] = watching.rows("body")
    for secret in ("p-ada", "ada@", "t0ken", "s1gning"):
        assert secret not in body
