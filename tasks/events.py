"""Events for Flower, none of which is lost between threads.

celery 5.6.3 empties its buffer after sending it, along with what other threads have put there meanwhile:
tasks then stay STARTED in Flower for ever. celery 5.7 mends it (celery#10401).
"""

from celery.app.events import Events as CeleryEvents
from celery.events.dispatcher import EventDispatcher


class Dispatcher(EventDispatcher):
    """Takes out of the buffer what it sends, and nothing else."""

    def flush(self, errors: bool = True, groups: bool = True) -> None:
        """Send what is buffered."""
        super().flush(errors=errors, groups=False)
        if not groups:
            return
        with self.mutex:
            for group, buffer in list(self._group_buffer.items()):
                events = list(buffer)
                if events:
                    self._publish(events, self.producer, f"{group}.multi")
                    del buffer[: len(events)]


class Events(CeleryEvents):
    """What the app asks for its dispatcher."""

    dispatcher_cls = "tasks.events:Dispatcher"
