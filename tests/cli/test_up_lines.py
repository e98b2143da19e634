import io

import pytest

from pipeline.cli.up_lines import Lines, follow_lines

START = """\
[I 261129 14:54:08 command:177] Visit me at http://127.0.0.1:5555
[I 261129 14:54:08 command:186] Broker: redis://:**@127.0.0.1:35661/0
[I 261129 14:54:08 command:187] Registered tasks: 
    ['celery.accumulate',
     'tasks.sync.run_source']
[I 261129 14:54:09 mixins:228] Connected to redis://:**@127.0.0.1:35661/0
/lib/celery/platforms.py:841: SecurityWarning: You're running the worker with superuser privileges: this is
absolutely not recommended!

Please specify a different user using the --uid option.

  warnings.warn(SecurityWarning(ROOT_DISCOURAGED.format(
14:54:09 INFO celery.worker.consumer.connection: Connected to redis://:**@127.0.0.1:35661/0
14:54:09 INFO celery.apps.worker: sync@vm ready.
15:36:53 INFO celery.worker.strategy: Task tasks.activation.accept[a8181fde-bec1-481f] received
[W 261129 14:54:10 inspector:98] Inspect method stats failed
web: first key is in /data/admin.key
web: listening on http://127.0.0.1:8080

worker: Warm shutdown (MainProcess)
[I 261129 14:54:16 command:26] 15 detected, shutting down
"""  # noqa: W291  as they are


def told(text):
    """Return the lines that a person is shown, and the addresses at which a process is ready."""
    shown, ready = [], []
    follow_lines(io.BytesIO(text.encode()), shown.append, ready.append, "one").join()
    return shown, ready


def test_what_celery_and_flower_say_at_their_start_is_left_out():
    assert told(START) == ([], ["http://127.0.0.1:5555", None, "http://127.0.0.1:8080"])


@pytest.mark.parametrize(
    "line",
    [
        "14:54:09 INFO pipeline.settle.settlement: batch settled batch=7f3c rows=200",
        "14:54:09 ERROR celery.worker.consumer.consumer: consumer: Cannot connect to redis://",
        "[E 261129 14:54:10 tasks:1] Failed to call task",
        "Traceback (most recent call last):",
    ],
)
def test_what_they_say_later_is_shown(line):
    assert told(START + line) == ([line], told(START)[1])


def test_an_output_that_takes_no_more_is_no_failure():
    output = io.StringIO()
    output.close()
    output.isatty = lambda: False

    Lines(output, ["one"]).say("one", "cyan", "a line")
