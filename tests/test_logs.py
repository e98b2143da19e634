"""Log lines, ours and those of others."""

import io
import json
import logging
import sys
import threading

import pytest
from redis.exceptions import ConnectionError as RedisDown

from pipeline.errors import Refused
from pipeline.logs import configure_logging
from pipeline.settings import Settings

WHO = "ada@example.com"


@pytest.fixture(params=["text", "json"])
def log(request, tmp_path, monkeypatch):
    """Log all there is, and return what was logged."""
    root, written = logging.getLogger(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    level = root.level
    environ = {
        "ACTIVATION_DATA_DIR": str(tmp_path),
        "ACTIVATION_LOG_LEVEL": "DEBUG",
        "ACTIVATION_LOG_FORMAT": request.param,
    }
    configure_logging(Settings.load(environ))
    yield written.getvalue
    root.setLevel(level)


def fail():
    try:
        raise KeyError(WHO)
    except KeyError as error:
        raise ValueError(f"{WHO} is no number") from error


def test_ours_are_logged_at_debug_and_those_of_others_are_not(log):
    """Celery's pool logs at DEBUG whole messages, activations and all."""
    logging.getLogger("pipeline.deliver").debug("looked")
    logging.getLogger("celery.pool").debug("TaskPool: Apply %s", WHO)

    assert ("looked" in log(), WHO in log()) == (True, False)


def test_the_steps_of_a_connection_are_not_logged(log):
    """asyncssh logs a dozen lines at INFO for each run of an import, with the name that logs in."""
    logging.getLogger("asyncssh").info("Beginning auth for user %s", WHO)
    logging.getLogger("asyncssh.sftp").warning("cut off")

    assert ("cut off" in log(), WHO in log()) == (True, False)


def test_an_exception_is_logged_with_its_places_and_without_its_text(log):
    try:
        fail()
    except ValueError:
        logging.getLogger("pipeline").exception("failed")

    said = log()
    assert WHO not in said
    assert said.count("in fail") == 2
    assert said.index("KeyError") < said.index("which led to") < said.index("ValueError")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (RedisDown("Error 111 connecting to 127.0.0.1:6379."), "Error 111 connecting to 127.0.0.1:6379."),
        (Refused("INVALID_PARAMETER", f"no {WHO}"), "Refused: INVALID_PARAMETER"),
    ],
)
def test_what_can_quote_nobody_is_logged_with_its_text(log, error, text):
    logging.getLogger("pipeline").error("failed", exc_info=error)

    said = log()
    assert text in said
    assert WHO not in said


def test_what_celery_says_of_a_task_that_failed_has_no_text_of_the_exception(log):
    context = {"name": "tasks.x", "exc": repr(ValueError(WHO)), "traceback": WHO}
    logging.getLogger("celery.app.trace").error("Task %(name)s raised unexpected: %(exc)s", context)

    assert "Task tasks.x raised unexpected: ValueError" in (said := log())
    assert WHO not in said


def test_what_ends_a_thread_is_logged_without_its_text(log):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    said = log()
    assert "thread ended" in said
    assert WHO not in said


def test_a_line_is_an_event_and_its_fields(log, request):
    logging.getLogger("pipeline").info("batch settled", extra={"rows": 200})

    said = log()
    if request.node.callspec.params["log"] == "json":
        assert {"event": "batch settled", "rows": 200, "level": "INFO"}.items() <= json.loads(said).items()
    else:
        assert said.endswith(" INFO pipeline: batch settled rows=200\n")


def test_a_line_that_cannot_be_written_is_not_shown_in_another_way(log):
    """Python would print the line's arguments, wherever it can."""
    record = logging.makeLogRecord({"name": "pipeline", "levelno": 20, "msg": "settled %d", "args": (WHO,)})

    logging.getLogger().handlers[0].handle(record)

    assert "a line of pipeline could not be written: TypeError" in log()
    assert WHO not in log()
