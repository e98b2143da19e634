"""``python -m bench.baselines.publish TASK ROWS``: the counterpart of ``bench.produce``."""

import importlib
import json
import sys
import time

from bench.rows import rows


def main(name: str, count: int) -> None:
    """Publish one message per row, as anybody would."""
    module = importlib.import_module(f"bench.baselines.{name}")
    publish = module.activate.apply_async
    module.app.connection_for_write().ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    began, cpu = time.time(), time.process_time()
    for row in rows(count):
        publish((row,))
    took = {"began": began, "seconds": time.time() - began, "cpu": time.process_time() - cpu}
    print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
