"""Who enters is sent one e-mail, and never two for one reason."""

from tests.processes.actions.company import member, person
from tests.processes.environment import until

SEND = "mergeTriggerEmail"


def addressed(name, address):
    """Describe somebody who is not reached at the usual address."""
    return {**person(name), "identifiers": {"email": address}}


def test_who_enters_is_sent_one_e_mail_with_the_fields_of_its_template(mailings):
    """Who enters again within a day is not; who changes or leaves never is."""
    shop = mailings("welcome", members=[member("ada"), member("bob"), member("cy")], fields={"tier": "TIER"})

    shop.deliver(person("ada", tier="gold"), person("bob"), person("ada", tier="silver"))
    shop.deliver(person("ada"), person("bob", "REMOVE"), person("cy", "UPDATE"))

    messages = shop.emulator.report("outbox", account="welcome")["messages"]
    assert sorted((each["email"], each["campaign"], each["optionalData"]) for each in messages) == [
        ("ada@example.com", "WELCOME", {"TIER": "gold"}),
        ("bob@example.com", "WELCOME", {}),
    ]
    assert shop.count("received", "coalesced", "sent", "dead_letters") == (4, 2, 2, 0)


def test_where_it_is_wanted_every_entry_is_sent_an_e_mail(mailings):
    shop = mailings("eager", members=[member("ada")], dedupe=0)

    shop.deliver(person("ada"), person("ada"), person("ada"))

    assert shop.outbox() == {"ada@example.com": 3}
    assert shop.count("sent", "coalesced") == (3, 0)


def test_people_who_cannot_be_sent_to_are_reported_apart_and_replayed_when_they_can(mailings):
    """Two profiles of one address are each sent their e-mail, in calls of their own."""
    away = member("away", EMAIL_DELIVERABILITY_STATUS_="U")
    shop = mailings("unreached", members=[member("ada"), away, member("twins")])
    rows = [person("ada"), person("away"), person("new")]
    twins = [addressed("romulus", "twins@example.com"), addressed("remus", "twins@example.com")]
    shop.deliver(*rows, *twins, together=True)

    assert shop.emulator.forgive() == []
    assert shop.letters() == {
        "away": "RECIPIENT_STATUS_UNDELIVERABLE: Recipient deliverability status is undeliverable",
        "new": "NO_RECIPIENT_FOUND: Recipient Not Found",
    }
    assert shop.count("sent", "rejected") == (3, {
        "NO_RECIPIENT_FOUND": 1,
        "RECIPIENT_STATUS_UNDELIVERABLE": 1,
    })  # fmt: skip

    shop.order("members", members=[member("new")])
    shop.run("dead-letters", "replay", "--connector", "unreached", "--code", "NO_RECIPIENT_FOUND", "--yes")
    shop.settled()
    assert shop.outbox() == {"new@example.com": 1}
    assert shop.count("sent", "dead_letters") == (4, 1)


def test_new_people_are_added_with_the_consent_that_the_operator_states(mailings):
    shop = mailings("adding", insert_on_no_match=True, new_members="optin")

    shop.deliver(person("ada"))

    assert shop.outbox() == {"ada@example.com": 1}
    found = shop.emulator.report("members", account="adding")["members"]
    assert [(each["EMAIL_ADDRESS_"], each["EMAIL_PERMISSION_STATUS_"]) for each in found] == [
        ("ada@example.com", "I")
    ]


def test_a_malformed_address_reaches_no_call(mailings):
    shop = mailings("malformed", members=[member("ada")])
    bad = ["bob", "bob@", "bob @example.com", "bob@example", "@example.com"]

    shop.deliver(person("ada"), *(addressed(f"p{n}", address) for n, address in enumerate(bad)))

    assert shop.outbox() == {"ada@example.com": 1}
    assert [call["recipients"] for call in shop.calls(SEND)] == [1]
    assert shop.count("sent", "rejected") == (1, {"Invalid": 5})


def test_an_address_that_has_the_whole_call_refused_stands_alone_in_the_end(mailings):
    shop = mailings("refused", members=[member(f"p{n}") for n in range(20)])
    shop.fault(
        "error",
        SEND,
        errorCode="INVALID_PARAMETER",
        detail="Record 0 = Bad Email Format\r\n",
        match="p13@example.com",
    )

    shop.deliver(*(person(f"p{n}") for n in range(20)), together=True)

    assert shop.outbox() == {f"p{n}@example.com": 1 for n in range(20) if n != 13}
    assert shop.letters() == {"p13": "INVALID_PARAMETER: Record 0 = Bad Email Format"}
    assert shop.count("sent", "rejected") == (19, {"INVALID_PARAMETER": 1})


def test_e_mails_of_unknown_outcome_are_sent_again_by_a_person_only(mailings):
    cases = {
        "closed": ({"kind": "close", "when": "after"}, "OutcomeUnknown", 1),
        "closed-before": ({"kind": "close"}, "OutcomeUnknown", 0),
        "late": ({"kind": "hang", "when": "after"}, "Timeout", 1),
        "truncated": ({"kind": "truncate"}, "OutcomeUnknown", 1),
        "short": ({"kind": "short"}, "OutcomeUnknown", 1),
        "page": ({"kind": "html", "status": 502, "when": "after"}, "OutcomeUnknown", 1),
    }
    people = [f"p{n}" for n in range(5)]
    shops = {name: mailings(f"mail-{name}", members=map(member, people)) for name in cases}
    rules = [
        {"account": f"mail-{name}", "function": SEND, "times": 1, **fault}
        for name, (fault, _, _) in cases.items()
    ]
    shops["late"].faults(*rules)

    for shop in shops.values():
        shop.send_together(*map(person, people))
    for shop in shops.values():
        shop.settled()

    for name, (_, code, sent) in cases.items():
        assert sorted(shops[name].outbox().values()) == [sent] * 5 * sent, name
        assert shops[name].count("sent", "rejected") == (0, {code: 5}), name

    shops["closed"].replay()
    assert sorted(shops["closed"].outbox().values()) == [2] * 5
    assert shops["closed"].count("sent", "dead_letters") == (5, 0)


def test_without_its_campaign_a_destination_is_held_until_somebody_resumes_it(mailings):
    shop = mailings("missing", members=[member("ada")], campaigns=["OTHER"])
    shop.send(person("ada"))

    assert shop.held().startswith("CAMPAIGN_NOT_FOUND: ")
    shop.waits(1)
    shop.order("campaigns", campaigns=[{"name": "WELCOME"}])
    shop.run("resume", "destination:missing")
    shop.settled()

    assert shop.outbox() == {"ada@example.com": 1}
    assert shop.count("sent", "dead_letters") == (1, 0)


def test_the_fields_of_those_who_were_sent_to_are_kept_in_a_table(mailings):
    """What goes wrong there sends no second e-mail."""
    shop = mailings(
        "kept", members=[member("ada"), member("bob")], fields={"tier": "TIER"}, fields_table="WELCOMED"
    )
    shop.fault("close", "mergeProfileExtensionMembers", when="after", times=1)

    shop.deliver(person("ada", tier="gold"), person("bob", tier="silver"), person("new", tier="gold"))

    assert shop.extension("WELCOMED", "TIER") == {"C-ada": ("gold",), "C-bob": ("silver",)}
    assert shop.outbox() == {"ada@example.com": 1, "bob@example.com": 1}
    assert shop.letters() == {"new": "NO_RECIPIENT_FOUND: email: Recipient Not Found"}
    assert shop.emulator.fired() == 1


def test_a_table_that_lacks_a_column_holds_the_destination_before_anybody_is_sent_to(mailings):
    shop = mailings("lacking", members=[member("ada")], fields={"tier": "TIER"}, fields_table="WELCOMED")
    shop.order("extensions", extensions=[{"name": "WELCOMED", "fields": {"OTHER": "STR25"}}])
    shop.send(person("ada", tier="gold"))

    assert shop.held() == (
        'INVALID_FIELD_NAME: table "WELCOMED" has no column TIER: add what is missing in Responsys'
    )
    until(lambda: shop.waiting() == 1)
    assert shop.outbox() == {}
    shop.order("extensions", extensions=[{"name": "WELCOMED", "fields": {"TIER": "STR25"}}])
    shop.run("resume", "destination:lacking")
    shop.settled(10)

    assert shop.outbox() == {"ada@example.com": 1}
    assert shop.extension("WELCOMED", "TIER") == {"C-ada": ("gold",)}


def test_a_destination_that_is_changed_after_the_e_mail_sends_no_second_one(mailings):
    table = {"fields": {"tier": "TIER"}, "fields_table": "WELCOMED"}
    shop = mailings("altered", members=[member("ada")], **table)
    shop.fault("error", "mergeProfileExtensionMembers", errorCode="PROFILE_EXTENSION_NOT_FOUND")
    shop.send(person("ada", tier="gold"))
    assert shop.held().startswith("PROFILE_EXTENSION_NOT_FOUND")

    shop.configure(action="campaign_email", campaign="WELCOME", fields={"tier": "TIER"})
    shop.run("resume", "destination:altered")
    shop.settled()

    assert shop.outbox() == {"ada@example.com": 1}
    assert shop.count("sent", "dead_letters") == (1, 0)
