"""Storms over imports: connections to the files' server end, and tables of events are away."""

from tests.chaos.plan import Plan, Storm, Weather, storms
from tests.chaos.storms import Storms
from tests.emulators.sftp.conftest import SftpEmulator
from tests.processes.environment import Environment, Kind
from tests.processes.proxy import Proxy

CREW: tuple[Kind, ...] = ("imports", "imports")
WEATHER = (
    Weather(("SIGKILL", "SIGKILL", "SIGTERM"), gap=(3, 8)),
    Weather(("Redis killed",), gap=(20, 40), lasts=(0, 6)),
    Weather(("SQL locked", "SQL away"), gap=(8, 20), lasts=(1, 8)),
    Weather(("SFTP cut", "SFTP half-open"), gap=(2, 8)),
)
TABLES = (
    ("events.db", "event_files"), ("events.db", "responsys_events"), ("events.db", "event_folds"),
    ("activation.db", "import_runs"),
)  # fmt: skip
MOST_BYTES = 200_000  # of a file, before the connection ends


def drawn(seed: int, seconds: float | None) -> Plan:
    """Draw the storms of so many seconds."""
    raging = seconds or 240.0
    found = storms(seed, raging, *WEATHER)
    return Plan("imports", seed, 0, raging, found, CREW, proxied=1, every=False)


class ImportStorms(Storms):
    """Carries storms out."""

    tables = TABLES

    def __init__(self, environment: Environment, proxy: Proxy, files: SftpEmulator, road: Proxy) -> None:
        super().__init__(environment, proxy, lambda: ())
        self.files, self.road = files, road
        self.begin |= {"SFTP cut": self.cut_file, "SFTP half-open": self.leave_files}

    def cut_file(self, storm: Storm) -> None:
        """Let a connection end in the middle of a file."""
        self.files.fault("cut", after=int(storm.choice * MOST_BYTES))

    def leave_files(self, storm: Storm) -> None:
        """Let the connections to the files' server go dead."""
        self.road.cut()
