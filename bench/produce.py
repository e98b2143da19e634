"""``python -m bench.produce ROWS``: get ready, wait for a line, activate, tell what it took."""

import json
import sys
import time

import psutil

from bench.rows import rows
from pipeline import Producer


def main(count: int) -> None:
    """Activate that many rows with one call."""
    with Producer() as producer:
        print("ready", flush=True)
        sys.stdin.readline()
        began, cpu = time.time(), time.process_time()
        report = producer.activate_many(rows(count))
        assert report.accepted == count
        took = {"began": began, "seconds": time.time() - began, "cpu": time.process_time() - cpu}
        print(json.dumps({**took, "memory": psutil.Process().memory_info().rss}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
