"""One Celery message per row; a script collects rows in Redis and hands 200 of them to a second task."""

import json
import os
import uuid
from typing import Any

import redis

from bench.baselines.settings import open_app, responsys

FULL = 200
PUT = """
redis.call('RPUSH', KEYS[1], ARGV[1])
if redis.call('LLEN', KEYS[1]) < tonumber(ARGV[2]) then return 0 end
redis.call('RENAME', KEYS[1], KEYS[2])
return 1
"""

app = open_app("bench.baselines.buffered", prefetch=4)
client = redis.Redis.from_url(os.environ["BENCH_BROKER_URL"])
put = client.register_script(PUT)


@app.task
def activate(row: dict[str, Any]) -> None:
    """Keep a row, and have a batch sent that is full with it."""
    batch = f"batch:{uuid.uuid4().hex}"
    if put(keys=["buffer", batch], args=[json.dumps(row), FULL]):
        send.delay(batch)


@app.task
def send(batch: str) -> None:
    """Send a batch, unless that has been done."""
    rows = [json.loads(row) for row in client.lrange(batch, 0, -1)]
    if rows:
        responsys().trigger(rows)
        client.delete(batch)


@app.task
def flush() -> None:
    """Send what has been collected so far."""
    batch = f"batch:{uuid.uuid4().hex}"
    if client.exists("buffer"):
        client.rename("buffer", batch)
        send.delay(batch)
