"""Log-in, log-out, and what a session may do; without a browser."""

import re
import time

import pytest
import requests
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from pipeline.operate.keys import create_key, revoke_key, stored_keys
from pipeline.stores.derived_keys import derived_keys
from pipeline.web.console.session import COOKIE, DIGEST_PART, PURPOSE
from tests.processes.environment import until
from tests.web.console.installation import Installation

PAGE = {"Accept": "text/html"}


def log_in(installation: Installation, key: str, following: str = "") -> requests.Response:
    session = requests.Session()
    place = f"/login{following}"
    return installation.post(session, place, {"key": key}, of=place)


def cookie_of(session: requests.Session) -> dict[str, str]:
    return {"activation_session": session.cookies["activation_session"]}


def test_a_page_without_a_session_leads_to_the_log_in_and_back(installation):
    answer = requests.get(f"{installation.url}/?a=b%26c", allow_redirects=False)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/?a%3Db%2526c")
    logged_in = log_in(installation, installation.keys["read"], "?next=/?a%3Db%2526c")
    assert logged_in.headers["Location"] == "/?a=b%26c"


@pytest.mark.parametrize(
    "place",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/a b", "%09//x", "evil", "/%0d%0aX: y"],
)
def test_the_log_in_leads_to_own_paths_only(installation, place):
    assert log_in(installation, installation.keys["read"], f"?next={place}").headers["Location"] == "/"


@pytest.mark.parametrize("key", ["", "ak_00000000_wrong", "produce"])
def test_a_key_that_may_not_use_the_console_is_refused(installation, key):
    answer = log_in(installation, installation.keys.get(key, key))

    assert "This key is not known, or may not use the console." in answer.text
    assert 'role="alert"' in answer.text
    assert "ak_0000" not in answer.text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(installation):
    answer = log_in(installation, installation.keys["read"])

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("activation_session=")
    assert "; HttpOnly" in cookie
    assert "; SameSite=Lax" in cookie
    assert "; Secure" not in cookie
    assert installation.keys["read"] not in cookie


def test_logging_out_ends_every_copy_of_the_cookie(installation):
    session = installation.log_in("operate")
    copied = cookie_of(session)

    answer = installation.post(session, "/logout", {}, of="/")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    for _ in range(8):  # of both processes
        again = requests.get(f"{installation.url}/", cookies=copied, allow_redirects=False)
        assert again.status_code == 303
    assert installation.get("/", "operate").status_code == 200  # another session of the same key


def test_a_session_ends_with_its_key(installation):
    _, text = create_key(installation.stores.engine, "leaver", "read")
    session = requests.Session()
    until(lambda: installation.post(session, "/login", {"key": text}, of="/login").status_code == 303)

    revoke_key(installation.stores.engine, "leaver")

    def statuses():
        return {session.get(f"{installation.url}/", allow_redirects=False).status_code for _ in range(8)}

    until(lambda: statuses() == {303})


@pytest.mark.parametrize(("hours", "status"), [(11, 200), (13, 303)])
def test_a_session_ends_after_twelve_hours(installation, hours, status):
    settings = installation.stores.settings
    [key] = [each for each in stored_keys(installation.stores.engine) if each.name == "read"]
    app = Flask(__name__)
    app.secret_key = derived_keys(settings, PURPOSE)[0]
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    content = {"key": ["read", key.digest[:DIGEST_PART]], "began": time.time() - hours * 3600, "id": "old"}
    cookie = {COOKIE: signer.dumps(content)}

    answer = requests.get(f"{installation.url}/", cookies=cookie, allow_redirects=False)

    assert answer.status_code == status


@pytest.mark.parametrize("value", ["", "forged", "eyJrZXkiOlsiYWRtaW4iXX0.aaaa.bbbb"])
def test_a_forged_cookie_is_none(installation, value):
    answer = requests.get(
        f"{installation.url}/", cookies={"activation_session": value}, allow_redirects=False
    )

    assert answer.status_code == 303


def test_a_form_without_its_token_is_out_of_date(installation):
    session = installation.log_in("read")

    answer = session.post(f"{installation.url}/logout", {"back": "/?a=b"}, allow_redirects=False)

    assert answer.status_code == 400
    assert "<h1><bdi>This form is out of date</bdi></h1>" in answer.text
    assert 'href="/?a=b"' in answer.text
    assert installation.session("read").get(f"{installation.url}/").status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_another_site_may_send_no_form(installation, headers):
    answer = installation.post(installation.session("read"), "/logout", {}, of="/", headers=headers)

    assert answer.status_code == 403
    assert "This is not allowed" in answer.text


def test_a_link_from_another_site_may_be_followed(installation):
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    assert installation.get("/", headers=followed).status_code == 200
    assert installation.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_pages_have_their_headers(installation):
    headers = installation.get("/").headers

    assert headers["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'"
    )
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_the_api_takes_no_cookie(installation):
    assert installation.get("/v1/status").status_code == 401


def test_a_path_that_is_none_is_a_page_for_a_browser_and_a_problem_for_a_program(installation):
    page = installation.get("/nowhere", headers=PAGE)
    problem = installation.get("/nowhere")

    assert (page.status_code, problem.status_code) == (404, 404)
    assert "<h1><bdi>There is no such page</bdi></h1>" in page.text
    assert "Log out" in page.text
    assert problem.json()["type"] == "/problems/not-found"


def test_behind_tls_the_cookie_is_secure(start):
    web = start("--workers", "1", environ={"ACTIVATION_WEB_URL": "https://activation.example"})
    session = requests.Session()
    page = session.get(f"{web.url}/login", timeout=60)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    form = {"csrf_token": token and token[1], "key": web.key("read")}
    cookie = page.headers["Set-Cookie"].partition(";")[0]

    headers = {"Cookie": cookie, "Origin": "https://activation.example"}
    answer = requests.post(f"{web.url}/login", form, headers=headers, allow_redirects=False)

    assert answer.status_code == 303
    assert "; Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
