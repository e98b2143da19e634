"""The command line: addresses, login, and the files that are written."""

import argparse
from pathlib import Path

from emulators.sftp.events.layouts import EVENT_FEEDS
from emulators.sftp.files.job import DEFAULT_FEEDS, ExportJob
from emulators.sftp.files.writer import Wrapping
from emulators.sftp.server.keys import KeyRing

DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="activation emulator sftp",
        description="A local SFTP server with event files of Responsys.",
        epilog="Faults, files and counts are under /_control, see docs/sftp-emulator.md.",
    )
    add_places(parser.add_argument)
    add_files(parser.add_argument)
    options = parser.parse_args(arguments)
    try:
        options.keys = KeyRing(options.data / "keys", options.algorithms == "legacy", options.passphrase)
        options.job = job_of(options)
    except ValueError as error:
        parser.error(str(error))
    return options


def add_places(add) -> None:
    """Add the options of server and login."""
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    add("--port", type=int, default=8022, help="of SFTP, 0 for a free one (%(default)s)")
    add("--control-port", type=int, default=8098, help="of /_control, 0 for a free one (%(default)s)")
    add("--data", type=Path, default=Path("sftp-emulator"), metavar="FOLDER",
        help="keys and files; kept, so that a configuration stays true (./%(default)s)")  # fmt: skip
    add("--username", default="acme_scp", help="that may log in, by key (%(default)s)")
    add("--passphrase", default="", help="of the key that logs in (none)")
    add("--algorithms", choices=("modern", "legacy"), default="modern",
        help="legacy: RSA keys and old algorithms only (%(default)s)")  # fmt: skip


def add_files(add) -> None:
    """Add the options of the export job."""
    add("--account", action="append", metavar="ID", help="in the names of files; may be repeated (1234)")
    add("--feeds", default=",".join(DEFAULT_FEEDS), help=f"of {', '.join(EVENT_FEEDS)} (%(default)s)")
    add("--files", type=int, default=1, help="of each feed at the start, one an hour (%(default)s)")
    add("--rows", type=int, default=100, help="of each file (%(default)s)")
    add("--people", type=int, default=1000, help="demo-0@example.com and so on (%(default)s)")
    add("--every", type=float, default=0, metavar="SECONDS", help="between new files; 0: none (%(default)s)")
    add("--delimiter", choices=DELIMITERS, default="comma", help="(%(default)s)")
    add("--encoding", default="utf-8", help="(%(default)s)")
    add("--crlf", action="store_true", help="lines end in CR LF")
    add("--ready", default="", metavar=".EXT", help="write ready files, such as .ready")
    add("--count", default="", metavar=".EXT", help="write count files, such as .count")
    add("--replace-extension", action="store_true", help="x.ready for x.txt, instead of x.txt.ready")
    add("--compress", action="store_true", help="write archives")
    add("--encrypt", action="store_true", help="encrypt for the key in FOLDER/keys")
    add("--broken", type=int, default=0, metavar="N", help="one of N rows has a cell too few (none)")
    add("--random-seed", default="0", help="the same rows for the same seed (%(default)s)")
    add("--write-only", action="store_true", help="write the files of the start, and end")


def job_of(options: argparse.Namespace) -> ExportJob:
    """Return the export job of the options."""
    wrapping = Wrapping(
        compress=options.compress,
        recipient=options.keys.pgp_public if options.encrypt else None,
        encoding=options.encoding,
        ready=options.ready,
        count=options.count,
        replaces=options.replace_extension,
    )
    return ExportJob(
        folder=options.data / "root" / "download",
        feeds=tuple(options.feeds.upper().split(",")),
        rows=options.rows,
        accounts=tuple(options.account or ["1234"]),
        people=options.people,
        delimiter=DELIMITERS[options.delimiter],
        line_end="\r\n" if options.crlf else "\n",
        broken_every=options.broken,
        seed=options.random_seed,
        wrapping=wrapping,
    )
