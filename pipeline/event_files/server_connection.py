"""Connection: a session on a file server that is opened again when it was cut."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from pipeline.errors import RetryLater
from pipeline.event_files.fetching import FileChanged
from pipeline.model.file_server import FileServer, FileSession

PAUSES = (0.2, 1.0, 5.0)  # seconds before each further try
FULL = "SpoolFull"  # a code that another connection does not help

Result = TypeVar("Result")


class ServerConnection:
    """Runs work on a session, and once more on a new one if the connection is cut."""

    def __init__(self, server: FileServer, stack: ExitStack) -> None:
        self._server, self._stack = server, stack
        self._session: FileSession | None = None

    def run(self, work: Callable[[FileSession], Result]) -> Result:
        """Return the result of ``work``, which must be safe to repeat; raises its last RetryLater."""
        for pause in (*PAUSES, None):
            try:
                return work(self._opened())
            except RetryLater as error:
                if pause is None or isinstance(error, FileChanged) or error.code == FULL:
                    raise
            self.close()
            time.sleep(pause)
        raise RuntimeError("the last try has returned or raised")

    def close(self) -> None:
        """End the session; the next work opens another one."""
        self._session = None
        self._stack.close()

    def _opened(self) -> FileSession:
        if self._session is None:
            self._session = self._stack.enter_context(self._server.open())
        return self._session


@contextmanager
def connected(server: FileServer) -> Iterator[ServerConnection]:
    """Give a connection, which is opened by the first work."""
    with ExitStack() as stack:
        yield ServerConnection(server, stack)
