"""The keys in force, held by each web process, so that a request asks no store for its key."""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pipeline.operate.keys import ApiKey, configured_keys, find_key, note_use, stored_keys

log = logging.getLogger(__name__)

REFRESH = 2.0  # seconds between two looks at the table; the promise is 5
AGAIN = 0.1  # seconds after a look within which a key that is not known causes no other
BUSY = 0.2  # seconds that a request waits for another thread that reads the table
MADE = "ak_"  # the beginning of a key of the table


class KeyRing:
    """All keys; a thread renews them, and writes when keys were last used."""

    def __init__(self, engine: Engine, configured: Sequence[str] = ()) -> None:
        self._engine = engine
        self._configured = configured_keys(configured)
        self._stored: list[ApiKey] = []
        self._used: dict[str, datetime] = {}  # by name of a stored key, to the minute; not written yet
        self._written: dict[str, datetime] = {}
        self._stopping = threading.Event()
        self._reading = threading.Lock()
        self._read_at = -AGAIN  # by the monotonic clock
        self.answered_at: datetime | None = None  # when the SQL store was last read; None: not yet
        self.current = False  # False: the SQL store did not answer, and a newer key may exist

    def start(self) -> None:
        """Load the keys, and go on renewing them in the background."""
        self.refresh()
        threading.Thread(target=self._run, name="keys", daemon=True).start()

    def stop(self) -> None:
        """End the renewal."""
        self._stopping.set()

    def find(self, text: str) -> ApiKey | None:
        """Return the usable key with this text, None if there is none, and note its use.

        A key that is not known may have just been made: for it the table is read at once.
        """
        key = self._known(text)
        if key is None and text.startswith(MADE) and self._look_again():
            key = self._known(text)
        if key is not None and key.prefix:
            self._used[key.name] = datetime.now(UTC).replace(second=0, microsecond=0)
        return key

    def _known(self, text: str) -> ApiKey | None:
        return find_key([*self._configured, *self._stored], text)

    def named(self, name: str) -> ApiKey | None:
        """Return the usable key of this name, None if it has ended or never was."""
        now = datetime.now(UTC)
        keys = (key for key in (*self._configured, *self._stored) if key.name == name)
        return next((key for key in keys if key.usable(now)), None)

    def refresh(self) -> None:
        """Read the table again; without the SQL store the keys that were known go on counting."""
        with self._reading:
            self._load()
        try:
            self._write_use()
        except SQLAlchemyError as error:
            self._missed(error)

    def _look_again(self) -> bool:
        """Read the table again, unless that was just done, or another thread takes long for it."""
        if not self.current or time.monotonic() - self._read_at <= AGAIN:
            return False
        if not self._reading.acquire(timeout=BUSY):
            return False
        try:
            self._load()
        finally:
            self._reading.release()
        return True

    def _load(self) -> None:
        """Read the table, one thread at a time, so that an older list never replaces a newer one."""
        self._read_at = time.monotonic()
        try:
            self._stored = stored_keys(self._engine)
            self.current, self.answered_at = True, datetime.now(UTC)
        except SQLAlchemyError as error:
            self._missed(error)

    def _missed(self, error: SQLAlchemyError) -> None:
        self.current = False
        log.warning("keys not renewed", extra={"error": type(error).__name__})

    def _write_use(self) -> None:
        new = {name: at for name, at in self._used.copy().items() if self._written.get(name) != at}
        if new:
            note_use(self._engine, new)
            self._written |= new

    def _run(self) -> None:
        while not self._stopping.wait(REFRESH):
            self.refresh()
