"""What only a person can put right stops the destination or the connector, and its rows wait."""

from tests.processes.environment import until
from tests.processes.outlet import people


def test_without_its_event_a_destination_is_held_until_somebody_resumes_it(environment):
    outlet = environment.open("eventless", event=False)
    outlet.activate(people(300))
    hold = until(lambda: environment.records.load().holds.get(("destination", "eventless")))
    until(lambda: outlet.waiting() == 300)

    environment.emulator.order("events", {"account": "eventless", "events": ["LAPSED"]})
    environment.resume("destination", "eventless")
    environment.drain(outlet)

    assert (hold.kind, hold.code) == ("held", "CUSTOM_EVENT_NOT_FOUND")
    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(300))
    assert outlet.letters() == []
    assert outlet.missing_from_books() == 0


def test_a_wrong_password_holds_the_connector_after_few_logins(environment):
    """Responsys locks users out who keep trying."""
    outlet = environment.open("locked", password="wrong", max_rows=10)
    outlet.activate(people(300))
    hold = until(lambda: environment.records.load().holds.get(("connector", "locked")))
    until(lambda: outlet.waiting() == 300)
    until(lambda: {batch["state"] for batch in environment.batches()} <= {"waiting"})
    logins = environment.emulator.outcomes("locked", "login") or environment.emulator.outcomes(None, "login")

    document = environment.records.export()["connectors"]["locked"]
    environment.apply({"connectors": {"locked": {**document, "password": "secret"}}})
    environment.resume("connector", "locked")
    environment.drain(outlet)

    assert (hold.kind, hold.code) == ("held", "INVALID_USER_NAME_PASSWORD")
    assert logins == {"INVALID_USER_NAME_PASSWORD": 1}
    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(300))
    assert outlet.letters() == []


def test_the_first_activation_may_follow_at_once_when_a_destination_was_made(environment):
    """No worker has read the new records yet; none may take the audience for unknown."""
    outlets = [environment.open(f"new-{n}", max_age=0.1) for n in range(20)]

    for outlet in outlets:
        outlet.activate(people(1))
    environment.drain(*outlets)

    assert [outlet.delivered() for outlet in outlets] == [[("p0", 0)]] * 20
