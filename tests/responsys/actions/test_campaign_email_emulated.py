"""campaign_email against the Responsys emulator."""

import pytest

from pipeline.errors import Held, OutcomeUnknown, Refused
from pipeline.model.call import Rejection
from pipeline.responsys.actions.campaign_email import CampaignEmail
from tests.responsys.actions.test_campaign_email import welcome

EMAIL = CampaignEmail
ADDING = {"insert_on_no_match": True, "new_members": "optout"}


@pytest.fixture
def to(make_activation):
    """A row that is sent to an address."""

    def make(address, **variables):
        return make_activation({"email": address}, variables, profile=address)

    return make


def outbox(emulator):
    return [(sent["email"], sent["optionalData"]) for sent in emulator.ask("outbox")["messages"]]


def member(emulator, email, columns):
    path = f"/v1.3/lists/CONTACTS_LIST/members?qa=e&id={email}&fs={columns}"
    return emulator.get(path, emulator.login()).json()["recordData"]["records"]


def test_members_are_sent_to_with_their_fields(emulator, run, to):
    destination = welcome(fields={"first_name": "FIRST", "points": "POINTS"})
    rows = [to("demo-1@example.com", first_name="Zoë 🚀", points=7), to("demo-2@example.com")]

    assert run(EMAIL, destination, *rows) == [None, None]
    assert outbox(emulator) == [
        ("demo-1@example.com", {"FIRST": "Zoë 🚀", "POINTS": "7"}),
        ("demo-2@example.com", {}),
    ]
    assert emulator.violations() == []


def test_who_is_not_in_the_list_is_not_sent_to_unless_that_is_wanted(emulator, run, to):
    rows = [to("new@example.com"), to("demo-1@example.com")]

    assert run(EMAIL, welcome(), *rows) == [Rejection("NO_RECIPIENT_FOUND", "Recipient Not Found"), None]
    assert run(EMAIL, welcome(**ADDING), *rows[:1]) == [None]
    assert [email for email, _ in outbox(emulator)] == ["demo-1@example.com", "new@example.com"]
    assert emulator.violations() == []


@pytest.mark.parametrize(("status", "letter"), [("optin", "I"), ("optout", "O")])
@pytest.mark.parametrize("before", ["I", "O"])
def test_consent_is_what_the_operator_says_for_new_members_and_what_it_was_for_others(
    emulator, run, to, status, letter, before
):
    known = {"email": "known@example.com", "fields": {"EMAIL_PERMISSION_STATUS_": before}}
    emulator.order("members", {"members": [known]})
    destination = welcome(insert_on_no_match=True, new_members=status)

    assert run(EMAIL, destination, to("new@example.com"), to("known@example.com")) == [None, None]
    assert member(emulator, "new@example.com", "EMAIL_PERMISSION_STATUS_") == [[letter]]
    assert member(emulator, "known@example.com", "EMAIL_PERMISSION_STATUS_") == [[before]]


def test_the_fields_of_those_who_were_sent_to_are_kept_in_a_table(emulator, run, to):
    destination = welcome(fields={"tier": "TIER"}, fields_table="WELCOMED")
    rows = [to("new@example.com", tier="gold"), to("demo-1@example.com", tier="silver")]

    assert run(EMAIL, destination, *rows) == [Rejection("NO_RECIPIENT_FOUND", "Recipient Not Found"), None]
    assert run(EMAIL, destination, to("demo-2@example.com", tier="bronze")) == [None]
    path = "/v1.3/lists/CONTACTS_LIST/listExtensions/WELCOMED/members?qa=e&fs=TIER&id="
    found = [
        emulator.get(f"{path}demo-{n}@example.com", emulator.login()).json()["recordData"]["records"]
        for n in (1, 2)
    ]
    assert found == [[["silver"]], [["bronze"]]]
    assert emulator.violations() == []


def test_a_missing_campaign_holds_the_destination(run, to):
    with pytest.raises(Held, match="CAMPAIGN_NOT_FOUND") as caught:
        run(EMAIL, welcome(campaign="[TEST] ü?"), to("demo-1@example.com"))
    assert caught.value.scope == "destination"


def test_a_call_that_is_refused_for_one_address_is_halved(emulator, run, to):
    """As recorded; our own check may let pass what Responsys does not."""
    bad = {"kind": "error", "errorCode": "INVALID_PARAMETER", "detail": "Record 0 = Bad Email Format\r\n"}
    emulator.order("faults", [{"function": "mergeTriggerEmail", "times": 1, **bad}])

    with pytest.raises(Refused, match="INVALID_PARAMETER: Record 0 = Bad Email Format") as caught:
        run(EMAIL, welcome(), to("demo-1@example.com"), to("demo-2@example.com"))
    assert (caught.value.isolate, outbox(emulator)) == (True, [])


@pytest.mark.parametrize("fault", [{"kind": "close", "when": "after"}, {"kind": "hang", "when": "after"}])
def test_an_e_mail_whose_answer_is_lost_was_sent_all_the_same(emulator, run, to, fault):
    emulator.order("faults", [{"function": "mergeTriggerEmail", "times": 1, **fault}])

    with pytest.raises(OutcomeUnknown):
        run(EMAIL, welcome(), to("demo-1@example.com"))
    assert [email for email, _ in outbox(emulator)] == ["demo-1@example.com"]


@pytest.mark.parametrize("kind", ["short", "long"])
def test_an_answer_that_does_not_fit_is_unknown(emulator, run, to, kind):
    emulator.order("faults", [{"function": "mergeTriggerEmail", "kind": kind}])

    with pytest.raises(OutcomeUnknown):
        run(EMAIL, welcome(), to("demo-1@example.com"), to("demo-2@example.com"))
