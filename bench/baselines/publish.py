"""``python -m bench.baselines.publish TASK ROWS [SECONDS]``: the counterpart of ``bench.produce``.

With SECONDS the rows come evenly over that time, and one that Redis does not take is published again.
"""

import importlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from kombu.exceptions import OperationalError

from bench.rows import rows

PAUSE = 0.5  # seconds until a row that was not taken is published again


def main(name: str, count: int, seconds: float = 0) -> None:
    """Publish one message per row, as anybody would."""
    module = importlib.import_module(f"bench.baselines.{name}")
    publish = module.activate.apply_async
    module.app.connection_for_write().ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    began, cpu = time.time(), time.process_time()
    for number, row in enumerate(rows(count)):
        if seconds:
            time.sleep(max(0, began + seconds * number / count - time.time()))
            patiently(publish, row)
        else:
            publish((row,))
    took = {"began": began, "seconds": time.time() - began, "cpu": time.process_time() - cpu}
    print(json.dumps(took), flush=True)


def patiently(publish: Callable[..., Any], row: dict[str, Any]) -> None:
    """Publish a row, again and again while Redis is away."""
    while True:
        try:
            publish((row,))
            return
        except (OperationalError, OSError):
            time.sleep(PAUSE)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *map(float, sys.argv[3:]))
