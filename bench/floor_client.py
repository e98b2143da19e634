"""``python -m bench.floor_client redis|http ...``: handle the same bytes, with nothing around them.

::

    redis URL KEY FILE          write the lines of FILE to a list, 500 in a command, pipelined; read them back
    http URL TOKEN THREADS FILE post every line of FILE, each thread over a connection of its own

It waits for a line of input before it begins, and tells what it took, as ``bench.produce`` does.
"""

import http.client
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import redis

CHUNK = 500  # entries in one RPUSH: as many as a producer of ours has
CLAIM = 1_000  # entries in one LPOP: as many as a worker of ours claims
DEEP = 10  # commands in one pipeline


def main(kind: str, *arguments: str) -> None:
    """Get ready, wait, work, tell."""
    work = {"redis": through_redis, "http": over_http}[kind](*arguments)
    print("ready", flush=True)
    sys.stdin.readline()
    began, cpu = time.time(), time.process_time()
    work()
    ended = time.time()
    took = {"began": began, "ended": ended, "seconds": ended - began, "cpu": time.process_time() - cpu}
    print(json.dumps(took), flush=True)


def through_redis(url: str, key: str, file: str) -> Callable[[], None]:
    """Return what writes all lines and reads them back."""
    client, entries = redis.Redis.from_url(url), lines(file)
    client.ping()

    def work() -> None:
        for several in parts(entries, CHUNK * DEEP):
            with client.pipeline(transaction=False) as pipe:
                for chunk in parts(several, CHUNK):
                    pipe.rpush(key, *chunk)
                pipe.execute()
        read = 0
        while read < len(entries):
            with client.pipeline(transaction=False) as pipe:
                for _ in range(DEEP):
                    pipe.lpop(key, CLAIM)
                read += sum(len(chunk or ()) for chunk in pipe.execute())

    return work


def over_http(url: str, token: str, threads: str, file: str) -> Callable[[], None]:
    """Return what posts all bodies."""
    bodies, address = lines(file), urlsplit(url)
    headers = {"Authorization": token, "Content-Type": "application/json"}

    def post(several: Sequence[bytes]) -> None:
        connection = http.client.HTTPConnection(address.netloc)
        for body in several:
            connection.request("POST", address.path, body, headers)
            connection.getresponse().read()
        connection.close()

    def work() -> None:
        running = [
            threading.Thread(target=post, args=(bodies[first :: int(threads)],))
            for first in range(int(threads))
        ]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()

    return work


def lines(file: str) -> list[bytes]:
    """Read a file into memory."""
    return Path(file).read_bytes().splitlines()


def parts(whole: Sequence[bytes], length: int) -> Iterator[Sequence[bytes]]:
    """Cut a sequence into pieces."""
    return (whole[at : at + length] for at in range(0, len(whole), length))


if __name__ == "__main__":
    main(*sys.argv[1:])
