import pytest
import requests

from tests.emulators.salesforce.conftest import error_of

SOQL = "SELECT Id FROM Lead"


def test_every_answer_tells_the_use_of_the_day(salesforce):
    salesforce.order("behaviour", {"used_by_others": 40})

    uses = [salesforce.query(SOQL).headers["Sforce-Limit-Info"] for _ in range(2)]
    assert uses == ["api-usage=41/100000", "api-usage=42/100000"]
    limits = salesforce.call("GET", "/limits").json()
    assert limits["DailyApiRequests"] == {"Max": 100000, "Remaining": 100000 - 43}


def test_over_the_maximum_of_the_day(salesforce):
    salesforce.order("behaviour", {"daily_maximum": 2})

    statuses = [salesforce.query(SOQL).status_code for _ in range(3)]
    assert statuses == [200, 200, 403]
    assert error_of(salesforce.query(SOQL)) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert salesforce.ask("summary")["refused"] == 2
    assert salesforce.violations() == []


def test_the_window_moves_on(salesforce):
    salesforce.order("behaviour", {"daily_maximum": 1, "window": 60})
    salesforce.query(SOQL)
    assert salesforce.query(SOQL).status_code == 403

    salesforce.order("clock", {"ahead": 61})
    assert salesforce.query(SOQL).status_code == 200


def test_versions_need_no_token_and_count_for_nothing(salesforce):
    versions = requests.get(f"{salesforce.url}/services/data/").json()

    assert versions[-1]["version"] == "66.0"
    assert salesforce.ask("summary")["used"] == 0


def test_a_version_that_is_not_served_and_one_that_is_to_end(salesforce):
    salesforce.order("behaviour", {"deprecated_below": 67})
    answer = salesforce.query(SOQL)
    unknown = salesforce.http.get(f"{salesforce.url}/services/data/v51.0/limits")

    assert answer.headers["Warning"].startswith("299 - ")
    assert error_of(unknown) == (404, "NOT_FOUND")


def test_a_path_that_does_not_exist(salesforce):
    assert error_of(salesforce.call("GET", "/tooling")) == (404, "NOT_FOUND")
    assert salesforce.violations() == ["there is no GET /services/data/v66.0/tooling"]


@pytest.mark.parametrize(("when", "stored"), [("before", 0), ("after", 1)])
def test_a_connection_cut_before_or_after_the_commit(salesforce, when, stored):
    salesforce.order("faults", [{"kind": "close", "function": "create", "when": when, "times": 1}])

    with pytest.raises(requests.ConnectionError):
        salesforce.call("POST", "/sobjects/Lead", {"LastName": "A", "Company": "B"})
    assert len(salesforce.ids("Lead")) == stored


def test_an_error_on_request(salesforce):
    fault = {"kind": "error", "errorCode": "SERVER_UNAVAILABLE", "status": 503, "times": 1}
    salesforce.order("faults", [fault])

    assert error_of(salesforce.query(SOQL)) == (503, "SERVER_UNAVAILABLE")
    assert salesforce.query(SOQL).status_code == 200


@pytest.mark.parametrize(("kind", "count"), [("short", 1), ("long", 3), ("reorder", 2)])
def test_results_that_are_missing_doubled_or_in_another_order(salesforce, kind, count):
    leads = salesforce.load("Lead", *[{"LastName": name, "Company": "C"} for name in "AB"])
    salesforce.order("faults", [{"kind": kind, "function": "updateMany"}])

    results = salesforce.update("Lead", *[{"id": lead, "City": "x"} for lead in leads])
    assert len(results) == count
    if kind == "reorder":
        assert [result["id"] for result in results] == leads[::-1]


def test_an_answer_that_breaks_off(salesforce):
    salesforce.order("faults", [{"kind": "truncate", "function": "query"}])

    with pytest.raises(requests.RequestException):
        _ = salesforce.query(SOQL).content


def test_the_ledger_knows_client_rows_and_refusals(salesforce):
    (lead,) = salesforce.load("Lead", {"LastName": "A", "Company": "B"})
    salesforce.http.headers["Sforce-Call-Options"] = "client=activation"
    salesforce.update("Lead", {"id": lead, "City": "x"}, {"id": "x"})

    (call,) = salesforce.ask("ledger?function=updateMany&detail=1")["calls"]
    assert (call["client"], call["rows"], call["ids"]) == ("activation", 2, [lead])
    assert call["rejected"] == {"1": "MALFORMED_ID"}
    assert '"City"' in call["body"]
    assert salesforce.ask("summary")["rows"] == {
        "written": {"updateMany": 1},
        "rejected": {"MALFORMED_ID": 1},
    }
