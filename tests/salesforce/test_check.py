"""``activation check`` of a Salesforce connector, against the emulator."""

import socket

from pipeline.salesforce.preflight import preflight


def told(client):
    return {finding.check: (finding.ok, finding.text) for finding in preflight(client)}


def test_a_connector_that_is_well(org, client_of, process):
    findings = told(client_of(riid_field="Responsys_RIID__c"))

    assert findings == {
        "login": (True, f"logged in, calls go to {process}"),
        "version": (True, "version 66.0 is served"),
        "field": (True, '"Responsys_RIID__c" of Contact is a unique external id'),
        "limits": (
            True,
            "3 of 100,000 calls of 24 hours are used by all; 1,041 an hour are ours (share 0.25)",
        ),
    }


def test_an_org_that_cannot_be_reached_leaves_no_outcome_in_doubt(org, client_of):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    findings = told(client_of(host=f"http://127.0.0.1:{port}"))

    assert findings == {"login": (False, "login: OtherError: no answer: ConnectionRefusedError")}


def test_without_a_login_there_is_nothing_more_to_see(org, client_of):
    findings = told(client_of(client_secret="wrong"))

    assert list(findings) == ["login"]
    assert findings["login"][0] is False


def test_a_version_that_ends_and_an_org_above_the_ceiling(org, client_of):
    org.order("behaviour", {"deprecated_below": 67, "used_by_others": 90_000})
    findings = told(client_of())

    assert findings["version"] == (False, "the org announces the end of version 66.0: give a newer one")
    assert findings["limits"] == (
        False,
        "90,001 of 100,000 calls of 24 hours are used by all: above the ceiling, we wait",
    )


def test_a_field_that_is_hidden_or_misspelt(org, client_of):
    hidden = told(client_of(riid_field="Responsys_RIID_c"))
    assert hidden["field"] == (
        False,
        'Contact has no field "Responsys_RIID_c" that our user sees; did you mean "Responsys_RIID__c"?',
    )

    plain = told(client_of(riid_field="Title"))
    assert plain["field"] == (
        False,
        '"Title" of Contact must be a unique external id that our user may write',
    )
