"""Leave within seconds when told to: a call to Responsys may take a minute.

SIGTERM stops the fetching of work and lets what runs come to an end. What has not ended after the grace
period is left to others: they find out what became of it (design.md, section 4.5).
"""

import logging
import os
import threading
import time
from typing import Any

from celery.signals import worker_shutting_down

from pipeline.runtime.worker import runtime

log = logging.getLogger(__name__)

FAREWELL = 0.5  # seconds to tell Redis what is left to others


@worker_shutting_down.connect
def on_shutdown(**_: Any) -> None:
    """Start the clock; called once, from the signal handler."""
    threading.Thread(target=leave, name="grace", daemon=True).start()


def leave() -> None:
    """Wait for the grace period, then give up what is still under way and end the process."""
    runtime().stopping.set()
    time.sleep(runtime().settings.shutdown_grace)
    farewell = threading.Thread(target=runtime().delivery.abandon, name="farewell", daemon=True)
    farewell.start()
    farewell.join(FAREWELL)  # Redis may be gone too
    log.warning("left with calls under way")
    os._exit(0)
