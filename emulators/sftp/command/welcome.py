"""The first text: a connector and an import to paste into a configuration, or the files of a generator."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from emulators.sftp.files.job import ExportJob
from emulators.sftp.server.ssh import SshServer

WELCOME = """\
sftp emulator on {host}:{port}

Put this into your configuration; it reads the event files in {folder}:

    [connectors.acme-files]
    kind = "responsys_sftp"
    host = "{host}"
    port = {port}
    username = "{user}"
    private_key = {{ file = "{client}" }}
{further}    folder = "download"
    host_key = "{fingerprint}"

    [imports.acme-events]
    connector = "acme-files"
{job}
Files: {files:,}. New ones: {clock}.
What clients did: {control}/_control/summary
"""


def welcome_text(server: SshServer, options: argparse.Namespace, port: int, control: str) -> str:
    """Return the text; ``control``: the address of the control API."""
    folder = options.job.folder.resolve()
    return WELCOME.format(
        host=options.host,
        port=port,
        folder=folder,
        user=server.username,
        client=server.keys.client.resolve(),
        further="".join(f"    {line}\n" for line in further_lines(server, options)),
        fingerprint=server.fingerprint,
        job="".join(f"    {line}\n" for line in job_lines(options)),
        files=count_files(folder),
        clock=f"every {options.every:g} s" if options.every else "on request",
        control=control,
    )


def further_lines(server: SshServer, options: argparse.Namespace) -> list[str]:
    """Return the lines of a connector that only some servers need."""
    lines = []
    if server.keys.passphrase:
        lines.append(f'private_key_passphrase = "{server.keys.passphrase}"')
    if server.keys.legacy:
        lines.append('algorithms = "legacy"')
    if options.encrypt:
        lines.append(f'pgp_private_key = {{ file = "{server.keys.pgp_private.resolve()}" }}')
    return lines


def job_lines(options: argparse.Namespace) -> list[str]:
    """Return the lines of an import that differ from the defaults."""
    delimiter = {"\t": "tab"}.get(options.job.delimiter, options.job.delimiter)
    lines = [f'ready = "{options.ready}"'] if options.ready else []
    lines += [f'count = "{options.count}"'] if options.count else []
    lines += [f'delimiter = "{delimiter}"'] if delimiter != "," else []
    return lines + ([f'encoding = "{options.encoding}"'] if options.encoding != "utf-8" else [])


def count_files(folder: Path) -> int:
    """Return the number of files in the served folder, companions included."""
    return sum(1 for path in folder.iterdir() if path.is_file())


def written_text(job: ExportJob, paths: Sequence[Path]) -> str:
    """Return the text of --write-only; ``paths``: the files, without their companions."""
    files = "1 file" if len(paths) == 1 else f"{len(paths):,} files"
    words = ", ".join(job.feeds)
    return f"Wrote {files} of {job.rows:,} rows each into {job.folder.resolve()}: {words}"
