"""What only a person can put right stops the destination or the connector, and its rows wait."""

from tests.processes.environment import until
from tests.processes.limited_account import people


def test_without_its_event_a_destination_is_held_until_somebody_resumes_it(environment):
    limited_account = environment.open("eventless", event=False)
    limited_account.activate(people(300))
    hold = until(lambda: environment.records.load().holds.get(("destination", "eventless")))
    until(lambda: limited_account.waiting() == 300)

    environment.emulator.order("events", {"account": "eventless", "events": ["LAPSED"]})
    environment.resume("destination", "eventless")
    environment.drain(limited_account)

    assert (hold.kind, hold.code) == ("held", "CUSTOM_EVENT_NOT_FOUND")
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(300))
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0


def test_a_wrong_password_holds_the_connector_after_few_logins(environment):
    """Responsys locks users out who keep trying."""
    limited_account = environment.open("locked", password="wrong", max_rows=10)
    limited_account.activate(people(300))
    hold = until(lambda: environment.records.load().holds.get(("connector", "locked")))
    until(lambda: limited_account.waiting() == 300)
    until(lambda: {batch["state"] for batch in environment.batches()} <= {"waiting"})
    logins = environment.emulator.outcomes("locked", "login") or environment.emulator.outcomes(None, "login")

    document = environment.records.export()["connectors"]["locked"]
    environment.apply({"connectors": {"locked": {**document, "password": "secret"}}})
    environment.resume("connector", "locked")
    environment.drain(limited_account)

    assert (hold.kind, hold.code) == ("held", "INVALID_USER_NAME_PASSWORD")
    assert logins == {"INVALID_USER_NAME_PASSWORD": 1}
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(300))
    assert limited_account.letters() == []


def test_the_first_activation_may_follow_at_once_when_a_destination_was_made(environment):
    """No worker has read the new records yet; none may take the audience for unknown."""
    limited_accounts = [environment.open(f"new-{n}", max_age=0.1) for n in range(20)]

    for limited_account in limited_accounts:
        limited_account.activate(people(1))
    environment.drain(*limited_accounts)

    assert [limited_account.delivered() for limited_account in limited_accounts] == [[("p0", 0)]] * 20
