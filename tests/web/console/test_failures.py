"""Pages of errors: a store that is away, at night, with everything down."""

import os
import re
import signal
from contextlib import contextmanager

import requests
from sqlalchemy import create_engine, make_url, text

from tests.processes.environment import until

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PAGE = {"Accept": "text/html"}


def log_in(web):
    session = requests.Session()
    token = TOKEN.search(session.get(f"{web.url}/login", timeout=60).text)
    session.post(f"{web.url}/login", {"csrf_token": token[1], "key": web.key("operate")}, timeout=60)
    return lambda path: session.get(f"{web.url}{path}", timeout=60, allow_redirects=False, headers=PAGE)


@contextmanager
def stopped(process):
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def cells(page):
    """Return the table of stores."""
    states = re.findall(r'<th scope="row">([^<]+)</th>\s*<td><span class="state[^>]*>(\w+)</span>', page)
    return dict(states)


def test_without_redis_the_page_says_so_and_tries_again(start):
    web = start("--workers", "1")
    get = log_in(web)

    with stopped(web.stores.redis.info("server")["process_id"]):
        answer = get("/")
        others = [get(path).status_code for path in ("/dead-letters", "/batches", "/activity")]

    assert others == [200, 200, 200]
    assert (answer.status_code, answer.headers["Refresh"]) == (503, "15")
    assert "<h1><bdi>Redis does not answer</bdi></h1>" in answer.text
    assert cells(answer.text) == {"Redis": "away", "The SQL store": "answers"}
    assert "Log out" in answer.text
    assert answer.headers["Content-Security-Policy"]
    until(lambda: get("/").status_code == 200)


def test_without_sql_the_page_says_so(start, postgresql_url):
    server = make_url(postgresql_url).set(drivername="postgresql+psycopg")
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE away"))
        url = server.set(database="away").render_as_string(hide_password=False)
        web = start("--workers", "1", environ={"ACTIVATION_DATABASE_URL": url})
        get = log_in(web)
        web.stores.engine.dispose()
        connection.execute(text("DROP DATABASE away WITH (FORCE)"))
    admin.dispose()

    answer = get("/")

    assert answer.status_code == 503
    assert cells(answer.text) == {"Redis": "answers", "The SQL store": "away"}
    assert "postgresql" not in answer.text
