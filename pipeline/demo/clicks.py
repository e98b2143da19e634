"""The second act: events come back as files, and a click triggers the next event."""

import time

from pipeline.demo.event_files import EventFiles
from pipeline.demo.example import CLICKED, CLICKED_EVENT
from pipeline.demo.processes import DemoFailed, DemoProcesses
from pipeline.demo.responsys import Responsys
from pipeline.demo.show import Show
from pipeline.lanes.backlog import read_backlogs
from pipeline.operate.summary import DestinationNumbers, read_summary
from pipeline.text.plural import counted

IMPORT = ("imports", "run", "demo-events")  # or waits for the run that begins by itself
FILES = ("imports", "files", "demo-events")
SYNC = ("sync", "--source", "clicked")
OPENED, CLICKS = 2, 10  # every second one opens the message, every tenth clicks
LOOK = 0.1  # seconds between two looks
LONGEST = 60  # seconds


def play(show: Show, processes: DemoProcesses, responsys: Responsys) -> list[str]:
    """Import the events of sent messages, and send an event to the people that clicked; return problems."""
    show.heading("The events come back as files")
    files = processes.event_files
    show.ready("SFTP emulator", f"port {files.port}, with the events of what was just sent")
    clicked = write_events(show, files, sorted(responsys.recipients("LAPSED")))
    processes.apply("files", files.configuration)
    processes.run(*IMPORT)
    show.command(FILES, processes.run(*FILES))
    processes.apply("clicked", CLICKED)
    show.ready("source", "those who clicked within the last minute → event CLICKED")
    processes.run(*SYNC)
    numbers = wait_for_clicked(processes, clicked)
    taken = len(responsys.recipients("CLICKED"))
    show.note(
        f"{counted(clicked, 'person', 'people')} clicked; Responsys took {counted(taken, 'event')} CLICKED."
    )
    problems = [] if taken == numbers.sent == clicked else [
        f"clicked = sent = what Responsys took: {clicked:,}, {numbers.sent:,} and {taken:,}"
    ]  # fmt: skip
    show.problems(problems)
    return problems


def write_events(show: Show, files: EventFiles, people: list[int]) -> int:
    """Have the files of the recipients written; return how many of them clicked."""
    clicked = people[::CLICKS]
    for feed, some in (("SENT", people), ("OPEN", people[::OPENED]), ("CLICK", clicked)):
        show.note(f"{files.write(feed, some):<40} {counted(len(some), 'event')}")
    return len(clicked)


def wait_for_clicked(processes: DemoProcesses, clicked: int) -> DestinationNumbers:
    """Wait until all rows of the second destination are sent; return its numbers."""
    deadline = time.monotonic() + LONGEST
    while True:
        numbers = numbers_of(processes, CLICKED_EVENT)
        if numbers.received >= clicked and not read_backlogs(processes.stores.redis)[CLICKED_EVENT].waiting:
            return numbers
        processes.refuse_losses()
        if time.monotonic() > deadline:
            raise DemoFailed(f"{clicked - numbers.sent} of {clicked} people that clicked are not sent")
        time.sleep(LOOK)


def numbers_of(processes: DemoProcesses, destination: str) -> DestinationNumbers:
    """Return the numbers of one destination."""
    stores = processes.stores
    summary = read_summary(stores.redis, stores.engine, stores.records.load(), days=1)
    [line] = (line for line in summary.lines if line.where.destination == destination)
    return line
