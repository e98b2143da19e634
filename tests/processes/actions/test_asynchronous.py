"""Calls that are taken on now and answered later."""

import pytest

from tests.processes.actions.company import Company, member, person
from tests.processes.environment import until

ASYNC = {"api": "async"}
MERGE, FILL = "mergeListMembers", "mergeProfileExtensionMembers"


@pytest.fixture
def events(environment):
    """Opens a company that triggers an event, for an answer that comes later."""

    def open_company(name, members=(), **options):
        account = {"lists": [{"name": "CONTACTS_LIST", "members": list(members)}], "events": ["LAPSED"]}
        action = {"action": "custom_event", "event": "LAPSED"}
        return Company(environment, name, account=account, connector=ASYNC, **action, **options)

    return open_company


@pytest.fixture
def slow(environment):
    """Answers come only when somebody says so."""
    environment.emulator.order("behaviour", {"async_delay": 3600})
    yield lambda action="finish": environment.emulator.order("requests", {"action": action})
    environment.emulator.order("requests", {"action": "finish"})
    environment.emulator.order("behaviour", {"async_delay": 0.5})


def submitted(company, rows):
    """Wait until rows are taken on, and nothing of them keeps a worker or a slot of their connector."""
    until(lambda: rows_taken_on(company) == rows, what="their acceptance")
    until(lambda: not company.environment.client.zcard(f"flying:{company.name}"), what="free slots")


def rows_taken_on(company):
    batches = [batch for batch in company.environment.batches() if batch.get("connector") == company.name]
    return sum(int(batch["rows"]) for batch in batches if batch["state"] == "submitted")


def test_events_are_answered_row_by_row_like_those_that_are_answered_at_once(events):
    shop = events("later", members=[member("ada"), member("bob")])

    shop.deliver(person("ada"), person("new"), person("bob"), together=True)

    assert shop.letters() == {"new": "NO_RECIPIENT_FOUND: Recipient Not Found"}
    assert shop.count("sent", "rejected") == (2, {"NO_RECIPIENT_FOUND": 1})
    assert shop.emulator.outcomes("later", "triggerCustomEventAsync") == {"answered": 1}

    shop.order("members", members=[member("new")])
    shop.replay()
    assert shop.count("sent", "dead_letters") == (3, 0)


def test_an_export_goes_on_from_answer_to_answer(exports):
    shop = exports(
        "async-export",
        members=[member("ada"), member("bob")],
        connector=ASYNC,
        columns={"tier": "TIER", "rank": "POINTS"},
        fields={"points": {"column": "POINTS", "type": "INTEGER"}},
        memberships={"async-export": "LAPSED"},
    )

    shop.deliver(
        person("ada", tier="gold", rank=1, points=7),
        person("bob", tier="gold", rank="1w", points=7),
        together=True,
    )

    assert shop.members("TIER") == {"C-ada": ("gold",), "C-bob": (None,)}
    assert shop.extension("Activation_User_Fields_async-export", "POINTS") == {"C-ada": ("7",)}
    assert shop.extension("Activation_Segments", "LAPSED") == {"C-ada": ("1",)}
    misfit = 'The value "1w" is not valid for the field type INTEGER'
    assert shop.letters() == {"bob": f"MERGEFAILED: merge: column POINTS: INVALID_PARAMETER: {misfit}"}
    assert shop.count("sent", "rejected") == (1, {"MERGEFAILED": 1})
    assert shop.emulator.outcomes("async-export", MERGE + "Async") == {"answered": 1}
    assert shop.emulator.outcomes("async-export", FILL + "Async") == {"answered": 2}


def test_answers_that_are_awaited_hold_no_worker_and_are_asked_for_together(events, slow):
    """There are more batches than threads of workers, or slots of the connector."""
    shop = events("patient", members=[member(f"p{n}") for n in range(40)], max_rows=1)
    other = events("other", members=[member("ada")], api="sync")
    shop.send(*(person(f"p{n}") for n in range(40)))
    submitted(shop, 40)

    other.deliver(person("ada"))
    assert other.count("sent") == (1,)
    asked = shop.emulator.outcomes("patient", "pollRequests").get("answered", 0)
    slow()
    shop.settled()

    assert shop.count("sent", "dead_letters") == (40, 0)
    assert shop.emulator.outcomes("patient", "pollRequests")["answered"] - asked <= 3


def test_events_whose_answer_is_purged_are_dead_letters_and_not_sent_again(events, slow):
    shop = events("purged", members=[member("ada"), member("bob")])
    shop.send_together(person("ada"), person("bob"))
    submitted(shop, 2)

    slow()
    slow("purge")
    shop.settled()

    unknown = "OutcomeUnknown: the answer was no longer kept when it was asked for"
    assert shop.letters() == {"ada": unknown, "bob": unknown}
    assert [call["recipients"] for call in shop.calls("triggerCustomEvent")] == [2]
    assert shop.count("sent", "rejected") == (0, {"OutcomeUnknown": 2})


def test_merges_whose_answer_is_purged_are_sent_again(exports, slow):
    shop = exports("async-purged", members=[member("ada")], connector=ASYNC, columns={"tier": "TIER"})
    shop.send(person("ada", tier="gold"))
    submitted(shop, 1)

    slow()
    slow("purge")
    until(lambda: shop.emulator.outcomes("async-purged", MERGE + "Async") == {"answered": 2})
    slow()
    shop.settled()

    assert shop.members("TIER") == {"C-ada": ("gold",)}
    assert shop.count("sent", "dead_letters") == (1, 0)


def test_a_row_that_spoils_its_call_stands_alone_in_the_end(events):
    shop = events("async-spoilt", members=[member(f"p{n}") for n in range(8)])
    shop.fault("error", "triggerCustomEvent", errorCode="INVALID_PARAMETER", match="C-p3")

    shop.deliver(*(person(f"p{n}") for n in range(8)), together=True)

    assert sorted(shop.letters()) == ["p3"]
    assert shop.count("sent", "rejected") == (7, {"INVALID_PARAMETER": 1})


def test_e_mails_and_tables_are_asynchronous_too(mailings, tables):
    mail = mailings("async-mail", members=[member("ada")], connector=ASYNC)
    table = tables("async-table", connector=ASYNC)

    mail.send(person("ada"), person("new"))
    table.send(person("ada", tier="gold"), person("bob", points="1w"))
    mail.settled()
    table.settled()

    assert mail.outbox() == {"ada@example.com": 1}
    assert mail.letters() == {"new": "NO_RECIPIENT_FOUND: Recipient Not Found"}
    assert table.table("TIERS", "CUSTOMER", "TIER") == {"C-ada": ("gold",)}
    assert sorted(table.letters()) == ["bob"]


def test_a_destination_that_is_changed_while_its_e_mail_is_under_way_sends_no_second_one(mailings, slow):
    """The new configuration has other steps before it."""
    shop = mailings("async-altered", members=[member("ada")], connector=ASYNC)
    shop.order("extensions", extensions=[{"name": "WELCOMED", "fields": {"TIER": "STR25"}}])
    shop.send(person("ada", tier="gold"))
    submitted(shop, 1)

    options = {"action": "campaign_email", "campaign": "WELCOME", "fields": {"tier": "TIER"}}
    shop.configure(**options, fields_table="WELCOMED")
    slow()
    until(lambda: shop.outbox())
    shop.emulator.order("behaviour", {"async_delay": 0})
    shop.settled()

    assert shop.outbox() == {"ada@example.com": 1}
    assert shop.extension("WELCOMED", "TIER") == {"C-ada": ("gold",)}
    assert shop.count("sent", "dead_letters") == (1, 0)
