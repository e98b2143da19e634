"""Encrypted archives of event files, opened: our CPU beside that of the libraries alone.

``python -m bench.import_opening STEP FOLDER`` is a step in a process of its own; it prints its costs as JSON.
"""

import json
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pysequoia

from bench.event_files import cpu_seconds
from bench.finding import Finding, number
from emulators.sftp.files.writer import write_plain
from emulators.sftp.server.keys import KeyRing
from pipeline.event_files.opening import open_file
from pipeline.event_files.spool import Spool
from pipeline.model.file_server import OpenPgp

NAME = "1234_SENT_20261120_000000.gpg"
PIECE = 1 << 20  # bytes
TURNS = 3


def measure(plain: Path, folder: Path, say: Callable[[str], None]) -> Iterator[Finding]:
    """Wrap a plain file as Responsys does, and open it by the libraries alone and by ours, in turns."""
    say(f"an archive of {number(plain.stat().st_size / 1e9)} GB is encrypted")
    folder.mkdir()
    wrap(plain, folder)
    say("it is opened by the libraries alone and by ours")
    rounds = [[step(name, folder) for name in ("library", "ours")] for _ in range(TURNS)]
    cpu = sorted(library["cpu"] / ours["cpu"] for library, ours in rounds)
    wall = sorted(library["seconds"] / ours["seconds"] for library, ours in rounds)
    left = max(ours["left"] for _, ours in rounds)
    note = f"by CPU; by time {number(wall[len(wall) // 2])}; {rounds[-1][1]['seconds']:.1f} s"
    yield Finding("decrypted and unzipped", cpu[len(cpu) // 2], "times the library's speed", note, "≥ 0.9")
    yield Finding("plaintext left afterwards", left, "files", "", "≤ 0")


def wrap(plain: Path, folder: Path) -> None:
    """Write the encrypted archive and its keys."""
    keys = KeyRing(folder / "keys")
    keys.make()
    archive = folder / "archive.zip"
    with plain.open("rb") as text:
        write_plain(archive, iter(lambda: text.read(PIECE), b""), inner="1234_SENT_20261120_000000.txt")
    recipient = pysequoia.Cert.from_file(str(keys.pgp_public))
    pysequoia.encrypt_file(str(archive), str(folder / NAME), recipients=[recipient], armor=False)
    archive.unlink()


def step(name: str, folder: Path) -> dict[str, float]:
    """Run a step in a process of its own."""
    command = [sys.executable, "-m", "bench.import_opening", name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    costs: dict[str, float] = json.loads(done.stdout)
    return costs


def library(folder: Path) -> int:
    """Do what has to be done, and nothing else."""
    decrypted, unzipped = folder / "decrypted", folder / "unzipped"
    decryptor = pysequoia.Tsk.from_file(str(folder / "keys" / "pgp_private.asc")).decryptor()
    pysequoia.decrypt_file(str(folder / NAME), str(decrypted), decryptor=decryptor)
    with (
        zipfile.ZipFile(decrypted) as archive,
        archive.open(archive.infolist()[0]) as source,
        unzipped.open("wb") as target,
    ):
        shutil.copyfileobj(source, target, PIECE)
    decrypted.unlink()
    unzipped.unlink()
    return 0


def ours(folder: Path) -> int:
    """Open the file as a run does; return the number of files that are left of it."""
    spool = Spool(folder, "bench")
    spool.prepare([])
    keys = OpenPgp((folder / "keys" / "pgp_private.asc").read_text("ascii"))
    with spool.working(1) as working:
        opened = open_file(folder / NAME, NAME, working, keys, "bench")
        assert opened.stat().st_size
    return sum(1 for _ in spool.folder.iterdir())


def main() -> None:
    """Run a step and print its costs."""
    began = time.monotonic()
    left = {"library": library, "ours": ours}[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({"cpu": cpu_seconds(), "seconds": time.monotonic() - began, "left": left}))


if __name__ == "__main__":
    main()
