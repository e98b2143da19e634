"""A watch on the stores of a web process: a Redis of another installation is neither read nor written."""

import logging
import threading
from collections.abc import Callable

import redis
from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import Misconfigured
from pipeline.web.auth import OPEN
from pipeline.web.problems import Problem

log = logging.getLogger(__name__)

PAUSE = 2.0  # seconds between two looks; workers look more often


class StoresWatch:
    """Knows whether the stores belong together; a thread looks again and again."""

    def __init__(self, require_own: Callable[[], None]) -> None:
        """``require_own`` raises Misconfigured when Redis belongs to another store."""
        self._require_own = require_own
        self.apart = False

    def start(self) -> None:
        """Go on looking in the background."""
        threading.Thread(target=self._run, name="stores", daemon=True).start()

    def look(self) -> None:
        """Look once; a store that is away changes nothing."""
        try:
            self._require_own()
        except Misconfigured as error:
            if not self.apart:
                log.error("stores of two installations", extra={"why": str(error)})
            self.apart = True
        except (redis.RedisError, SQLAlchemyError) as error:
            log.info("stores not looked at", extra={"error": type(error).__name__})
        else:
            self.apart = False

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(PAUSE):
            self.look()


def refuse_apart() -> None:
    """Raise Problem while Redis and SQL belong to two installations, unless the page needs no key."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_open = request.endpoint == "static" or getattr(view, "needs", None) == OPEN
    if not is_open and current_app.extensions["stores_watch"].apart:
        raise Problem(
            "stores-apart", "Redis belongs to another installation; the log of the web process has both."
        )
