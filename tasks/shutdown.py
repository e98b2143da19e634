"""Leave within seconds when told to: a call to Responsys may take a minute.

SIGTERM stops the fetching of work and lets the calls under way end. Calls that have not ended after the grace
period are left to other workers, which find their outcome (docs/extending.md, "Where a batch may stop").
"""

import logging
import os
import threading
import time
from typing import Any

from celery.signals import worker_shutting_down

from pipeline.runtime.worker import runtime

log = logging.getLogger(__name__)

FAREWELL = 0.5  # seconds to tell Redis which batches are left to other workers


@worker_shutting_down.connect
def on_shutdown(**_: Any) -> None:
    """Start the clock; called once, from the signal handler."""
    threading.Thread(target=end_process, name="grace", daemon=True).start()


def end_process() -> None:
    """Wait for the grace period, then give up the calls under way and end the process."""
    runtime().stopping.set()
    time.sleep(runtime().settings.shutdown_grace)
    farewell = threading.Thread(target=runtime().delivery.abandon, name="farewell", daemon=True)
    farewell.start()
    farewell.join(FAREWELL)  # Redis may be gone too
    log.warning("left with calls under way")
    os._exit(0)
