"""Records over HTTP, and what an operator does with them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.environment import ACME, LAPSED

DOCUMENT = {**ACME, "password": "s3cret-pass"}


@pytest.fixture(scope="module")
def web(start, database):
    return start("--workers", "1", environ=database)


@pytest.fixture(autouse=True)
def nothing_configured(web):
    with web.stores.engine.begin() as connection:
        for table in (
            "destinations",
            "connectors",
            "sources",
            "mappings",
            "pairs",
            "consents",
            "holds",
            "activity",
            "channels",
            "alerts",
            "imports",
        ):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def put(web, path, document, scope="admin", **options):
    return web.call("PUT", f"/v1/{path}", scope, json=document, **options)


@pytest.fixture
def acme(web):
    answer = put(web, "connectors/acme", DOCUMENT)
    assert answer.status_code == 201, answer.text
    put(web, "destinations/lapsed", {**LAPSED, "connector": "acme"})
    return answer


def test_a_record_is_created_read_and_left_as_it_is(web, acme):
    again = put(web, "connectors/acme", {**DOCUMENT, "password": {"keep": True}})
    read = web.get("/v1/connectors/acme", scope="read")

    assert acme.json()["change"] == "created"
    assert (again.status_code, again.json()["change"]) == (200, "unchanged")
    assert read.json()["password"] == {"keep": True}
    assert read.headers["ETag"] == again.headers["ETag"]
    assert "s3cret-pass" not in read.text + again.text + acme.text


def test_a_list_tells_stops_and_destinations(web, acme):
    web.call("POST", "/v1/connectors/acme/pause", "operate", json={"reason": "a test"})

    [found] = web.get("/v1/connectors", scope="read").json()["connectors"]

    assert (found["name"], found["destinations"]) == ("acme", ["lapsed"])
    [stop] = found["stops"]
    assert (stop["kind"], stop["detail"], stop["way_out"]) == ("paused", "a test", "`activation resume acme`")


def test_every_problem_of_a_record_is_reported_at_once_and_nothing_is_stored(web):
    answer = put(web, "connectors/acme", {**DOCUMENT, "api": "later", "widht": 1, "password": {"env": "X"}})

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    assert answer.json()["errors"]["json"].keys() == {"api", "widht", "password"}
    assert web.get("/v1/connectors/acme").status_code == 404


def test_names_of_no_record_are_reported_beside_all_else_that_is_wrong(web, acme):
    rule = {"rule": "held", "channels": ["nobody"], "destination": "lapsde", "widht": 1}
    destination = {**LAPSED, "connector": "acne", "widht": 1}
    rule_of_source = {"source": "nothing", "widht": 1}

    def wrong(path, document):
        return put(web, path, document).json()["errors"]["json"].keys()

    assert wrong("alerts/held", rule) == {"channels", "destination", "widht"}
    assert wrong("destinations/lapsed", destination) == {"connector", "widht"}
    assert wrong("rules/new", rule_of_source) == {"source", "audience", "widht"}


def test_who_redirects_a_password_must_know_it(web, acme):
    moved = {**DOCUMENT, "auth_endpoint": "https://evil.example", "password": {"keep": True}}

    answer = put(web, "connectors/acme", moved)

    assert answer.json()["errors"]["json"] == {
        "password": ["must be given again: the place that it goes to changes"]
    }


def test_a_dry_run_only_tells(web):
    answer = put(web, "connectors/acme?dry_run=true", DOCUMENT)

    assert (answer.status_code, answer.json()["change"]) == (200, "created")
    assert web.get("/v1/connectors").json() == {"connectors": []}


def test_two_who_edit_the_same_record_are_reported(web, acme):
    etag = {"If-Match": acme.headers["ETag"]}
    first = put(web, "connectors/acme", {**DOCUMENT, "utilisation": 0.5}, headers=etag)
    second = put(web, "connectors/acme", {**DOCUMENT, "utilisation": 0.7}, headers=etag)

    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["type"] == "/problems/changed-meanwhile"
    assert web.get("/v1/connectors/acme").json()["utilisation"] == 0.5


def test_one_of_several_etags_is_enough(web, acme):
    etags = {"If-Match": f'"another", {acme.headers["ETag"]}'}

    assert put(web, "connectors/acme", {**DOCUMENT, "utilisation": 0.5}, headers=etags).status_code == 200
    assert put(web, "connectors/acme", DOCUMENT, headers=etags).status_code == 412
    assert put(web, "connectors/acme", DOCUMENT, headers={"If-Match": "*"}).status_code == 200


def test_a_name_that_breaks_rules_is_told_as_a_list(web):
    answer = put(web, "connectors/Not%20A%20Name", DOCUMENT)

    assert answer.status_code == 422
    assert isinstance(answer.json()["errors"]["json"]["_schema"], list)


def test_a_connector_that_is_used_stays(web, acme):
    answer = web.call("DELETE", "/v1/connectors/acme")

    assert (answer.status_code, answer.json()["used_by"]) == (409, ["lapsed"])
    assert web.call("DELETE", "/v1/destinations/lapsed").status_code == 204
    assert web.call("DELETE", "/v1/connectors/acme").status_code == 204
    assert web.call("DELETE", "/v1/connectors/acme").status_code == 404


def test_a_name_that_comes_close_is_offered(web, acme):
    assert "acme" in web.get("/v1/connectors/acne").json()["detail"]


def test_pausing_again_changes_nothing_and_both_are_kept_as_activities(web, acme):
    first = web.call("POST", "/v1/destinations/lapsed/pause", "operate", json={"reason": "holiday"}).json()
    again = web.call("POST", "/v1/destinations/lapsed/pause", "operate", json={}).json()
    resumed = web.call("POST", "/v1/destinations/lapsed/resume", "operate").json()

    assert (first["changed"], again["changed"]) == (True, False)
    assert "holiday" in first["stops"][0]
    assert resumed == {"changed": True, "rows_waiting": 0, "stops": []}
    actions = [one["action"] for one in web.get("/v1/activity").json()["activity"]]
    assert actions == ["destination.resume", "destination.pause", "destination.put", "connector.put"]


def test_an_audience_is_flushed(web, acme):
    answer = web.call("POST", f"/v1/audiences/{LAPSED['audience']}/flush", "operate")

    assert answer.json()["destinations"] == [{"name": "lapsed", "rows": 0, "stops": []}]
    assert web.call("POST", "/v1/audiences/nowhere/flush", "operate").status_code == 404


def test_who_operates_may_not_edit(web):
    assert put(web, "connectors/acme", DOCUMENT, scope="operate").json()["needs"] == "admin"


def test_a_check_tells_what_is_wrong(web, acme):
    put(web, "connectors/acme", {**DOCUMENT, "auth_endpoint": "http://127.0.0.1:9"})

    answer = web.call("POST", "/v1/connectors/acme/check", "operate").json()

    assert answer["ok"] is False
    assert answer["findings"][0]["check"] == "login"


def test_each_path_is_described(web):
    paths = web.get("/openapi.json", scope=None).json()["paths"]

    assert {"/v1/connectors/{name}", "/v1/destinations/{name}/pause", "/v1/sources"} <= paths.keys()


HOOK = {"kind": "webhook", "url": "https://example.com/t0ken", "secret": "s1gning"}
RULE = {"rule": "held", "channels": ["ops"]}


def test_channels_and_rules_are_records_too(web):
    channel = put(web, "channels/ops", HOOK)
    rule = put(web, "alerts/held", RULE)

    assert (channel.status_code, rule.status_code) == (201, 201)
    [listed] = web.get("/v1/channels", scope="read").json()["channels"]
    masked = {"kind": "webhook", "url": {"keep": True}, "secret": {"keep": True}}
    assert listed == {"name": "ops", "document": masked, "stops": []}
    assert "t0ken" not in channel.text
    assert "s1gning" not in channel.text
    again = put(web, "channels/ops", masked, headers={"If-Match": channel.headers["ETag"]})
    assert again.json()["change"] == "unchanged"


def test_a_channel_that_rules_name_stays(web):
    put(web, "channels/ops", HOOK)
    put(web, "alerts/held", RULE)

    answer = web.call("DELETE", "/v1/channels/ops")

    assert (answer.status_code, answer.json()["used_by"]) == (409, ["held"])
    assert web.call("DELETE", "/v1/alerts/held").status_code == 204
    assert web.call("DELETE", "/v1/channels/ops").status_code == 204


def test_a_rule_with_an_unknown_channel_is_an_invalid_request(web):
    answer = put(web, "alerts/held", {**RULE, "channels": ["opz"]})

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    assert answer.json()["errors"] == {"json": {"channels": ['"opz" is not a channel; there are: none']}}


def test_a_mail_password_is_not_kept_for_another_host(web):
    mail = {"kind": "email", "to": ["ops@example.com"], "from": "a@example.com", "host": "mail.example.com",
            "username": "ops", "password": "s3cret"}  # fmt: skip
    put(web, "channels/mail", mail)

    moved = put(web, "channels/mail", {**mail, "host": "evil.example", "password": {"keep": True}})

    assert moved.json()["errors"]["json"].keys() == {"password"}


CRM = {
    "kind": "salesforce",
    "host": "https://acme.my.salesforce.com",
    "client_id": "3MVG9",
    "client_secret": "s3cret",
}
LEADS = {"kind": "salesforce", "connector": "crm", "object": "Lead", "mapping": "person", "every": 2}


def test_a_mapping_is_a_record_that_stays_as_long_as_a_source_names_it(web):
    document = {"title": {"salesforce": "Title", "form": ["trim"]}}
    created = put(web, "mappings/person", document)
    put(web, "connectors/crm", CRM)
    put(web, "sources/leads", LEADS)

    assert (created.status_code, web.get("/v1/mappings/person").json()) == (201, document)
    refused = web.call("DELETE", "/v1/mappings/person", "admin")
    assert (refused.status_code, refused.json()["used_by"]) == (409, ["leads"])
    refused = web.call("DELETE", "/v1/connectors/crm", "admin")
    assert (refused.status_code, refused.json()["used_by"]) == (409, ["leads"])
    unknown = put(web, "sources/leads", {**LEADS, "mapping": "persn"})
    assert unknown.json()["errors"]["json"] == {"mapping": ['"persn" is not a mapping; there is: person']}
    wrong = put(web, "mappings/person", {"title": {"salesforce": "Title", "type": "flg"}})
    assert wrong.status_code == 422
    assert list(wrong.json()["errors"]["json"]["title"]) == ["type"]


def test_pairs_and_consents_are_records_that_name_sources(web, acme):
    put(web, "mappings/person", {"title": {"salesforce": "Title"}})
    put(web, "connectors/crm", CRM)
    put(web, "sources/leads", LEADS)
    put(web, "sources/members", {"kind": "responsys", "connector": "acme", "columns": {"TITLE": "title"}})
    pair = {"salesforce": ["leads"], "responsys": "members", "fields": {"title": "ask"}}
    consent = {"channel": "email", "sources": ["leads"], "audience": "consent-email"}

    assert put(web, "pairs/person", pair).status_code == 201
    assert put(web, "consents/email", consent).status_code == 201

    assert web.get("/v1/pairs/person").json() == {**pair, "settle": "15m", "mode": "watch"}
    assert web.get("/v1/consents/email").json() == {**consent, "again": "manual", "mode": "live"}
    refused = web.call("DELETE", "/v1/sources/members", "admin")
    assert (refused.status_code, refused.json()["used_by"]) == (409, ["person"])
    wrong = put(web, "consents/email", {**consent, "sources": ["members"]})
    assert wrong.json()["errors"]["json"] == {
        "sources": [
            '"members" is of kind responsys; consents need sources of kind salesforce or responsys_events'
        ]
    }
    unfit = put(web, "pairs/person", {**pair, "fields": {"phone": "ask"}})
    assert unfit.status_code == 422


def test_a_changed_secret_changes_the_etag(web):
    channel = put(web, "channels/ops", HOOK)
    etag = {"If-Match": channel.headers["ETag"]}

    first = put(web, "channels/ops", {**HOOK, "secret": "first"}, headers=etag)
    second = put(web, "channels/ops", {**HOOK, "secret": "second"}, headers=etag)

    assert (first.status_code, second.status_code) == (200, 412)
    assert first.headers["ETag"] == web.get("/v1/channels/ops").headers["ETag"] != channel.headers["ETag"]


def test_of_many_who_save_at_once_one_is_served(web, acme):
    etag = {"If-Match": acme.headers["ETag"]}
    with ThreadPoolExecutor(4) as pool:
        documents = [{**DOCUMENT, "utilisation": share} for share in (0.1, 0.2, 0.3, 0.4)]
        answers = list(pool.map(lambda one: put(web, "connectors/acme", one, headers=etag), documents))

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


NO_BODY = """
connectors/acme/resume
connectors/acme/check
destinations/lapsed/resume
audiences/lapsed-buyers/flush
channels/ops/test
""".split()


@pytest.mark.parametrize("path", NO_BODY)
def test_an_endpoint_without_options_refuses_a_body_with_keys(web, acme, path):
    answer = web.call("POST", f"/v1/{path}", "operate", json={"confirm": True})

    assert (answer.status_code, answer.json()["errors"]) == (422, {"json": {"confirm": ["Unknown field."]}})


def test_a_removed_record_is_answered_with_nothing(web):
    put(web, "channels/ops", HOOK)

    answer = web.call("DELETE", "/v1/channels/ops")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not {"Content-Type", "Content-Security-Policy"} & answer.headers.keys()


def test_a_flush_is_kept_as_an_activity_with_its_number(web, acme):
    web.call("POST", "/v1/audiences/lapsed-buyers/flush", "operate")

    [found] = web.get("/v1/activity?action=audience.flush", "read").json()["activity"]
    assert (found["object"], found["detail"]) == ("audience:lapsed-buyers", "0 rows")


def test_an_import_is_a_record_too(web):
    files = {
        "kind": "responsys_sftp", "host": "127.0.0.1", "username": "acme_scp", "private_key": "a key",
        "host_key": ["SHA256:NCpuGWahxfGBefMfMEFBY0FiYuDl9Qb8qEPAaLpQQTQ"],
    }  # fmt: skip
    put(web, "connectors/files", files)

    made = put(web, "imports/events", {"connector": "files", "every": 30})

    assert made.status_code == 201, made.text
    read = web.get("/v1/imports/events", scope="read")
    assert (read.json()["every"], read.headers["ETag"]) == (30, made.headers["ETag"])
    assert web.call("DELETE", "/v1/connectors/files").json()["used_by"] == ["events"]
    assert web.call("DELETE", "/v1/imports/events").status_code == 204
    assert web.get("/v1/imports/events").status_code == 404


def test_consents_that_a_destination_honours_stay(web, acme):
    put(web, "sources/opt-outs", {"kind": "responsys_events", "connector": "acme", "every": 60})
    consents = {"channel": "email", "sources": ["opt-outs"], "audience": "told"}
    assert put(web, "consents/email", consents).status_code == 201
    put(web, "destinations/lapsed", {**LAPSED, "connector": "acme", "honour": "email"})

    answer = web.call("DELETE", "/v1/consents/email")

    assert (answer.status_code, answer.json()["used_by"]) == (409, ["lapsed"])
