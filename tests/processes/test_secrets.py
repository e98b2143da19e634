"""What a full run shows: no secret and nothing of anybody, wherever somebody might look.

Profile ids count as personal here, although they need not be: whoever looks is to learn nothing from them.
"""

import stat

import pytest
from sqlalchemy import select

from pipeline.stores import tables
from pipeline.stores.database import reading
from tests.processes.full_run import full_run
from tests.processes.marked_secrets import MarkedSecrets, forms

SECRETS = "password|token|digest|secret|api key"
WHERE_ROWS_ARE = {"dead_letters": {"activation", "profile_id"}, "members": {"profile_id", "content"}}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with full_run(tmp_path_factory.mktemp("run")) as finished:
        yield finished


def shown(run, texts, among=""):
    """Name what is shown, and where."""
    if not run.marked_secrets.found_in("\n".join(texts.values()), among):
        return {}
    return {
        where: found for where, text in texts.items() if (found := run.marked_secrets.found_in(text, among))
    }


def test_no_log_line_shows_anything(run):
    lines = {line: line for line in run.log.splitlines()}

    assert shown(run, lines) == {}
    for said in (
        "call failed",
        "held",
        "source held",
        "message set aside",
        "raised unexpected: WrongArguments",
        '"exception": "  File ',
        "Cannot connect to redis://:**@",
    ):
        assert said in run.log


def test_no_event_shows_anything(run):
    events = {str(number): repr(event) for number, event in enumerate(run.recorder.events)}

    assert shown(run, events) == {}
    assert {"task-received", "task-succeeded", "task-retried", "task-failed"} <= {
        event["type"] for event in run.recorder.events
    }


def test_no_worker_tells_anything_of_what_waits_in_it(run):
    assert shown(run, run.inspected) == {}
    assert "tasks.activation.activate" in run.inspected["scheduled"]


def test_no_page_of_flower_shows_anything(run):
    assert shown(run, {path: text for path, (_, text) in run.pages.items()}) == {}
    assert {status for status, _ in run.pages.values()} == {200}
    assert len(run.pages) > 50
    assert all(f"/worker/{name}@" in " ".join(run.pages) for name in ("activations", "deliveries", "sync"))


def test_flower_shows_strangers_nothing_but_names_of_workers_and_tasks(run):
    answered = {path: text for path, (status, text) in run.strangers.items() if status != 401}

    assert answered.keys() == {"/metrics", "/healthcheck"}
    assert shown(run, answered) == {}


def test_no_key_of_redis_shows_anything(run):
    assert shown(run, {repr(key): repr(key) for key in run.recorder.keys}) == {}
    assert len(run.recorder.keys) > 50


def test_no_process_has_anything_among_its_arguments(run):
    assert shown(run, {line: line for line in run.recorder.arguments}) == {}
    assert len(run.recorder.arguments) >= 7  # the server, the emulator, `up` and four of its own


def test_no_command_says_anything(run):
    lists = {command: said for command, said in run.said.items() if command.startswith("dead-letters list")}
    others = {command: said for command, said in run.said.items() if command not in lists}

    assert shown(run, others) == {}
    assert shown(run, lists, among="(?!profile of)") == {}  # whose they are is what they tell
    assert sum("Error: " in said for said in others.values()) > 10
    assert "Traceback" not in "".join(run.said.values())


def test_nobody_stands_in_sql_but_where_rows_are(run):
    found = {}
    with reading(run.environment.engine) as connection:
        for table in tables.metadata.sorted_tables:
            columns = [column for column in table.c if column.name not in WHERE_ROWS_ARE.get(table.name, ())]
            found[table.name] = "\n".join(map(repr, connection.execute(select(*columns))))

    assert shown(run, found) == {}
    assert all(
        found[name] for name in ("connectors", "sources", "holds", "dead_letters", "batches", "statistics")
    )
    assert all(f"alert.{kind}" in found["alert_messages"] for kind in ("opened", "test"))
    assert all(f"'{rule}'" in found["alert_states"] for rule in ("letters", "rejections", "held"))


def test_no_secret_lies_in_a_file_in_the_clear_but_those_that_are_for_it(run):
    meant = {"secret.key", "flower.password", "redis.conf", "redis.json"}
    files = [path for path in run.folder.rglob("*") if path.is_file() and path.name not in meant]

    assert shown(run, {str(path): path.read_text(errors="replace") for path in files}, among=SECRETS) == {}
    assert any(path.suffix == ".aof" for path in files)


def test_what_the_program_writes_is_for_its_owner_only(run):
    mine = {"emulator.log", "accounts.json", "members.db", "Procfile", "up.log"}
    modes = {
        str(path.relative_to(run.folder)): stat.S_IMODE(path.stat().st_mode)
        for path in run.folder.rglob("*")
        if path.is_file() and path.name not in mine and path.suffix != ".out"  # the shell makes these
    }

    assert modes.keys() >= {"activation.db", "secret.key", "flower.password", "redis/redis.conf"}
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


def test_everything_listens_on_this_machine_only(run):
    assert {address for _, address in run.recorder.ports} == {"127.0.0.1"}
    assert len({program for program, _ in run.recorder.ports}) >= 2


def test_what_was_sent_on_a_redirect_went_nowhere_else(run):
    assert "/rest/api/v1.3/events/redirect" in run.echoing_server.paths
    assert "/stolen" not in run.echoing_server.paths


@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_what_is_marked_is_found_however_it_is_written(before):
    marked_secrets = MarkedSecrets()
    marked_secrets.add("it", 'ünique "& <word>')

    for form in forms(marked_secrets.marked["it"]):
        assert marked_secrets.found_in(f"{before}{form}{before}") == {"it"}
    assert marked_secrets.found_in("nothing") == set()
