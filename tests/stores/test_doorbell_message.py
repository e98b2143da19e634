"""Messages that call tasks: Celery's own, without Celery."""

import json
import subprocess
import sys
from base64 import b64decode

import pytest
from celery import Celery

from pipeline.stores.broker import celery_settings
from pipeline.stores.doorbell_message import message, queue_of


@pytest.mark.parametrize(
    ("task", "args"),
    [("tasks.activation.accept", (3,)), ("tasks.delivery.deliver", ("b-1", 2)), ("tasks.sync.x", ())],
)
def test_a_message_is_as_celery_writes_it(server_url, redis, task, args):
    with Celery("theirs", set_as_current=False) as app:
        app.conf.update(celery_settings(server_url))
        app.send_task(task, args, task_id="t-1", ignore_result=True)
    theirs = json.loads(redis.rpop(queue_of(task)))

    ours = json.loads(message(task, args, "t-1"))

    assert json.loads(b64decode(ours.pop("body"))) == json.loads(b64decode(theirs.pop("body")))
    for both in (ours, theirs):
        assert both["properties"].pop("delivery_tag")
        assert both["headers"].pop("origin")
        both["properties"].pop("reply_to")  # Celery names a queue that nothing is ever put into
    headers, written = theirs.pop("headers"), ours.pop("headers")
    assert {name: headers.pop(name) for name in written} == written
    assert not any(headers.values())
    assert ours == theirs


def test_a_ring_needs_neither_celery_nor_kombu(server_url, redis):
    """Celery takes a fifth of a second to import."""
    code = "import sys; from pipeline.stores.doorbell import Doorbell; Doorbell(sys.argv[1]).ring_accept(3); "
    code += "print({name.partition('.')[0] for name in sys.modules} & {'celery', 'kombu', 'vine', 'amqp'})"

    result = subprocess.run([sys.executable, "-c", code, server_url], capture_output=True, text=True)

    assert (result.stdout, result.stderr) == ("set()\n", "")
    assert redis.llen("activations") == 1
