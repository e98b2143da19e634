"""Events that threads add while earlier ones are sent are not lost: celery#10434.

celery 5.6.3 empties a buffer of events after it has published it, along with the events that other threads
have added meanwhile; their tasks then stay STARTED in Flower for ever. celery#10435 mends it: from 5.7 on
this file can go, with ``events=`` in app.py. It needs ``_group_buffer`` and ``_publish``.
"""

from celery.app.events import Events as CeleryEvents
from celery.events.dispatcher import EventDispatcher

CHECKED_WITH = {"celery": "5.6.3"}


class Dispatcher(EventDispatcher):
    """Takes only the events that it has published out of their buffer."""

    def flush(self, errors: bool = True, groups: bool = True) -> None:
        """Publish the events in the buffers."""
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
    """Makes the app's dispatchers."""

    dispatcher_cls = "tasks.dispatcher:Dispatcher"
