"""The demo from beginning to end."""

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipeline.demo import books, clicks, deals, sample, wishes
from pipeline.demo.example import CONFIGURATION
from pipeline.demo.processes import CALLS, QUEUES, WINDOW, DemoFailed, DemoProcesses, environment
from pipeline.demo.responsys import Responsys
from pipeline.demo.show import Show
from pipeline.demo.watch import DemoWatch
from pipeline.operate.keys import FIRST_FILE
from pipeline.produce.producer import Producer
from pipeline.produce.report import Report
from pipeline.runtime.crew import ProcessGroup
from pipeline.runtime.stores import open_stores
from pipeline.text.plural import counted

LOOK = 0.1  # seconds between two looks
LONGEST = 90  # seconds for all rows; it takes some ten
LETTERS = ("dead-letters", "list", "--limit", "3")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)  # that do not disturb the end


def tell(show: Show, *, keep: bool) -> None:
    """Play the demo, with ``keep`` until Ctrl-C.

    Raises DemoFailed, also when the books do not balance, and then leaves the folder with the logs. Processes
    it never leaves.
    """
    folder = Path(tempfile.mkdtemp(prefix="activation-demo-"))
    try:
        with opened(folder) as processes:
            play(show, processes, keep=keep)
    except DemoFailed as error:
        raise DemoFailed(f"{error}; the logs are in {folder}") from error
    except BaseException:
        shutil.rmtree(folder)
        raise
    shutil.rmtree(folder)


@contextmanager
def opened(folder: Path) -> Iterator[DemoProcesses]:
    """Give processes that end when the block does, also after an error."""
    with ExitStack() as stack:
        stores = stack.enter_context(open_stores(environment(folder)))
        stores.redis.ping()
        crew = stack.enter_context(ProcessGroup())
        stack.callback(lambda: [signal.signal(number, signal.SIG_IGN) for number in SIGNALS])
        yield DemoProcesses(folder, stores, crew)


def play(show: Show, processes: DemoProcesses, *, keep: bool) -> None:
    """Set up the processes, send the sample, watch it go out, and do the accounts."""
    responsys, flower = set_up(show, processes)
    show.heading(f"A sample audience of {sample.ROWS:,} profiles")
    responsys.make_trouble()
    watch = DemoWatch(processes.stores, responsys)
    report = send(show, processes, watch)
    found = books.close_books(processes.stores, responsys, sample.ROWS, report, partial=watch.partial)
    show.heading("What became of every row")
    show.table(found)
    problems = list(found.problems())
    if not problems:
        show.note(f"The books balance, and Responsys counts {found.account.taken:,} events, too.")
    show.problems(problems)
    problems += clicks.play(show, processes, responsys)
    problems += deals.play(show, processes, responsys)
    problems += wishes.play(show, processes, responsys)
    look_further(show, processes, flower, keep=keep)
    if keep:
        wait(processes)
    if problems:
        raise DemoFailed("the books do not balance")


def set_up(show: Show, processes: DemoProcesses) -> tuple[Responsys, str]:
    """Start everything and say so; return the emulator and Flower's address."""
    show.heading("A Responsys of its own, real workers, nothing leaves this machine")
    show.ready("Redis, embedded", f"its data, SQLite and all logs are in {processes.folder}")
    responsys = processes.start_responsys()
    show.ready("Responsys emulator", f"{responsys.url}; {WINDOW} s stand for its minute, with {CALLS} calls")
    processes.start_workers()
    flower = processes.start_flower()
    processes.apply("demo", CONFIGURATION.format(url=responsys.url))
    show.ready("configuration", f"{sample.AUDIENCE} → event LAPSED: 200 rows in a call, or after 10 s")
    processes.wait_for_workers()
    show.ready(
        "workers", ", ".join(f"{queue} ({counted(threads, 'thread')})" for queue, threads in QUEUES.items())
    )
    processes.wait_for_flower(flower)
    show.ready("Flower", flower)
    show.note(f"{'':<20}  user {processes.login.user}, password {processes.login.password}")
    return responsys, flower


def send(show: Show, processes: DemoProcesses, watch: DemoWatch) -> Report:
    """Send all rows, and watch until each is settled."""
    with show.bar() as progress:
        sent = progress.add_task("sent", total=sample.ROWS)
        with Producer(processes.stores.broker_url) as producer:
            report = producer.activate_many(
                sample.rows(),
                audience=sample.AUDIENCE,
                progress=lambda rows: progress.update(sent, completed=rows),
            )
        tell_report(show, watch, report)
        settled = progress.add_task("settled", total=report.accepted)
        for waiting in looks(processes, watch):
            for news in watch.news():
                show.moment(watch.seconds, news)
            progress.update(settled, completed=report.accepted - waiting)
    return report


def tell_report(show: Show, watch: DemoWatch, report: Report) -> None:
    """Print the rows that the producer accepted, and why it refused the rest."""
    index, messages = report.errors[0]
    name, texts = next(iter(messages.items()))
    show.moment(watch.seconds, f"{report.accepted:,} rows accepted, {report.refused} refused at the door")
    show.note(f"         such as row {index + 1}: {name}: {texts[0]}")


def looks(processes: DemoProcesses, watch: DemoWatch) -> Iterator[int]:
    """Give the number of rows that wait, again and again, until none does."""
    while waiting := watch.waiting:
        yield waiting
        processes.refuse_losses()
        if watch.seconds > LONGEST:
            raise DemoFailed(f"{waiting} rows still wait after {LONGEST} seconds")
        time.sleep(LOOK)
    yield 0


def look_further(show: Show, processes: DemoProcesses, flower: str, *, keep: bool) -> None:
    """Show where to look on; with ``keep`` all of it is there to be tried."""
    show.heading("Look further")
    show.command(LETTERS, processes.run(*LETTERS))
    if not keep:
        show.note("`activation demo --keep` leaves everything running: Flower, and every command to try.")
        return
    show.note(f"Flower is at {flower}: user {processes.login.user}, password {processes.login.password}")
    show.note(
        f"The console is at {processes.start_web()}; log in with the key in {processes.folder / FIRST_FILE}"
    )
    show.note("In another terminal, try `activation status`, `stats` and `dead-letters` after")
    show.note(f"  export ACTIVATION_DATA_DIR={processes.folder}")
    show.note("Ctrl-C stops everything and removes that folder.")


def wait(processes: DemoProcesses) -> None:
    """Wait until Ctrl-C."""
    told: list[int] = []
    for number in SIGNALS:
        signal.signal(number, lambda number, _: told.append(number))
    while not told:
        processes.refuse_losses()
        time.sleep(LOOK)
