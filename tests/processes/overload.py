"""Produce faster than the vendor takes, until Redis is full; then fill the disks.

    python -m tests.processes.overload backlog --rows 600000 --maxmemory 150 --calls 25
    python -m tests.processes.overload disks

The second needs a file system of its own for each store: Linux, and either root or user namespaces.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

from pipeline import Producer
from pipeline.operate.status.status import read_status
from pipeline.operate.status.troubles import troubles
from pipeline.stores import redis_health as server
from tests.processes.environment import Environment, Worker, open_environment, until
from tests.processes.limited_account import LimitedAccount, activations, people

MB = 1_000_000
EVERY = 5.0  # seconds between two lines
PATIENCE = 24 * 3600.0


def backlog(rows: int, maxmemory: int, calls: int) -> None:
    """Show a backlog grow and go; one real-time change a second goes beside it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_environment(Path(folder), "accept", "deliver", window=1) as environment,
    ):
        limited_account = environment.open("overload", limit=calls)
        environment.client.config_set("maxmemory", maxmemory * MB)
        done = threading.Event()
        sent: dict[str, float] = {}
        producing = threading.Thread(target=produce, args=(limited_account, rows))
        trickle = threading.Thread(target=real_time, args=(limited_account, sent, done))
        producing.start()
        trickle.start()
        costs = watch(
            environment,
            limited_account,
            lambda: not producing.is_alive() and limited_account.waiting() < 2000,
        )
        done.set()
        trickle.join()
        environment.drain(limited_account, within=300)
        account(limited_account, rows, sent, costs)


def produce(limited_account: LimitedAccount, rows: int) -> None:
    """Append everything as fast as Redis takes it."""
    with Producer(limited_account.broker_url, patience=PATIENCE) as producer:
        report = producer.activate_many(activations(people(rows)), audience=limited_account.name, bulk=True)
    assert report.accepted == rows


def real_time(limited_account: LimitedAccount, sent: dict[str, float], done: threading.Event) -> None:
    """Append one change a second."""
    with Producer(limited_account.broker_url, patience=0) as producer:
        while not done.wait(1):
            name = f"now{len(sent)}"
            sent[name] = time.time()
            (activation,) = activations([name])
            producer.activate(limited_account.name, **activation)


def watch(environment: Environment, limited_account: LimitedAccount, over: Callable[[], bool]) -> list[float]:
    """Print how things stand until it is over; return the CPU of a delivered row (ms), line by line."""
    say("    s   waiting   intake      sent Redis MB  workers MB  ms/row  status")
    began, costs = time.monotonic(), []
    before, used = 0, cpu(environment.workers[1])
    while not over():
        time.sleep(EVERY)
        found = read_status(environment.client, environment.engine, environment.records.load(), window=1)
        delivered = limited_account.numbers().get("sent", 0)
        now = cpu(environment.workers[1])
        cost = 1000 * (now - used) / max(1, delivered - before)
        before, used = delivered, now
        costs.append(cost)
        memory = "+".join(str(resident(worker) // MB) for worker in environment.workers)
        words = next((each.text for each in troubles(found)), "nothing is wrong")
        (line,) = found.destinations
        say(
            f"{time.monotonic() - began:5.0f} {line.backlog.waiting:9,} {found.intake.waiting:8,}"
            f" {delivered:9,} {found.server.used / MB:8.0f} {memory:>11} {cost:7.3f}  {words[:110]}"
        )
    return costs


def account(limited_account: LimitedAccount, rows: int, sent: dict[str, float], costs: list[float]) -> None:
    """Say what became of everything."""
    calls = limited_account.emulator.calls(limited_account.name)
    arrived = {row["optionalData"]["profileId"]: call["time"] for call in calls for row in call["rows"]}
    delays = [arrived[name] - at for name, at in sent.items() if name in arrived]
    number = sum(len(call["rows"]) for call in calls)
    third = max(1, len(costs) // 3)
    early, late = sum(costs[:third]) / third, sum(costs[-third:]) / third
    lost = rows + len(sent) - len(arrived)
    say(
        f"{rows + len(sent):,} accepted, {len(arrived):,} delivered, {lost} lost, "
        f"{number - len(arrived)} twice, "
        f"{len(limited_account.letters())} dead letters, "
        f"{limited_account.missing_from_books()} missing from the books"
    )
    say(f"{len(calls):,} calls, {number / len(calls):.0f} rows each")
    say(
        f"a real-time change beside the backlog arrives {quantiles(delays)[1]:.1f} s after it was produced "
        f"(median; {max(delays):.1f} s at most), of which 1 s is its max_age"
    )
    say(f"CPU of a delivered row: {early:.3f} ms in the first third of the time, {late:.3f} ms in the last")


def disks() -> None:
    """Fill the disk of each store while rows are on their way."""
    with tempfile.TemporaryDirectory() as folder:
        small, redis = Path(folder), Path(folder) / "redis"
        mount(small)
        redis.mkdir()
        mount(redis)
        try:
            with open_environment(small, "accept", "deliver") as environment:
                for name, where in (("sql", small), ("append-only-file", redis)):
                    fill(environment, name, where)
        finally:
            subprocess.run(["umount", str(redis), str(small)], check=True)


def fill(environment: Environment, name: str, where: Path) -> None:
    """Fill one disk for ten seconds."""
    limited_account, scope = environment.open(name), f"destination:{name}"
    environment.emulator.fault(name, "latency", seconds=1)
    limited_account.activate(people(4000))
    until(lambda: limited_account.calls())
    filler = where / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError as error:
            say(f"{name}: {error.strerror}")
    time.sleep(10)
    environment.client.connection_pool.disconnect()
    found = read_status(environment.client, environment.engine, environment.records.load())
    for trouble in troubles(found):
        say(f"  {trouble.text}\n    → {trouble.remedy}")
    say(
        f"  waiting {limited_account.waiting():,}; "
        f"workers alive {[worker.alive() for worker in environment.workers]}"
    )
    say(f"  activation pause: {command(environment, 'pause', scope)}")
    filler.unlink()
    # An idle connection is tested by PING, which a full server refuses.
    environment.client.connection_pool.disconnect()
    until(lambda: not server.read(environment.client).unwritten)
    until(lambda: "begun" not in {batch.get("state") for batch in environment.batches()}, within=60)
    say(f"  room again; activation resume: {command(environment, 'resume', scope)}")
    environment.end_leases("claimed")
    environment.drain(limited_account, within=90)
    times = limited_account.delivered()
    say(
        f"  {len(set(times)):,} delivered, {len(times) - len(set(times))} twice, "
        f"{len(limited_account.letters())} "
        f"dead letters, {limited_account.missing_from_books()} missing from the books"
    )


def command(environment: Environment, *arguments: str) -> str:
    """Run ``activation``; return how it ended."""
    program = Path(sys.executable).with_name("activation")
    environ = {**os.environ, **environment.env}
    ended = subprocess.run([program, *arguments], env=environ, capture_output=True, text=True, check=False)
    return f"exit {ended.returncode}, {(ended.stderr or ended.stdout).strip()}"


def mount(folder: Path) -> None:
    """Put a small file system there."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], check=True)


def cpu(worker: Worker) -> float:
    """Return the CPU seconds that a worker has used."""
    fields = Path(f"/proc/{worker.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(worker: Worker) -> int:
    """Return the bytes of memory that a worker has."""
    pages = int(Path(f"/proc/{worker.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)  # noqa: T201 - a person waits for it


def main() -> None:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["backlog", "disks"])
    parser.add_argument("--rows", type=int, default=600_000)
    parser.add_argument("--maxmemory", type=int, default=150, help="MB")
    parser.add_argument("--calls", type=int, default=25, help="a second")
    options = parser.parse_args()
    if options.what == "backlog":
        backlog(options.rows, options.maxmemory, options.calls)
    elif os.environ.get("OVERLOAD_MOUNTS"):
        disks()
    else:  # again, where what is mounted is nobody else's
        root = ["-m"] if os.geteuid() == 0 else ["-Urm"]
        again = [sys.executable, "-m", __spec__.name, "disks"]
        sys.exit(subprocess.call(["unshare", *root, *again], env={**os.environ, "OVERLOAD_MOUNTS": "1"}))


if __name__ == "__main__":
    main()
