"""tasks.dispatcher."""

from kombu import Connection

from tasks.dispatcher import Dispatcher


class Wire:
    """A producer; while the first events are on their way a thread of the worker adds another."""

    def __init__(self, dispatcher):
        self.dispatcher = dispatcher
        self.sent = []

    def publish(self, events, **_):
        self.sent += [event["uuid"] for event in events]
        if self.sent == ["1"]:
            self.dispatcher.send("task-succeeded", uuid="2")


def test_an_event_that_comes_while_others_are_sent_is_sent_next():
    """Otherwise a task would stay STARTED in Flower for ever."""
    with Connection("memory://") as connection:
        dispatcher = Dispatcher(connection, enabled=False, buffer_group=["task"])
        dispatcher.enabled, dispatcher.producer = True, Wire(dispatcher)
        dispatcher.send("task-started", uuid="1")

        dispatcher.flush()
        dispatcher.flush()

        assert dispatcher.producer.sent == ["1", "2"]
