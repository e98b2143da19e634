"""The served folder: a real directory, read through the faults."""

import asyncio
import os
import posixpath
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh

from emulators.sftp.server.faults import Fault, Faults, Operation
from emulators.sftp.server.summary import Summary


class ServedFolder(asyncssh.SFTPServer):
    """One session of a client."""

    def __init__(self, channel: Any, root: Path, faults: Faults, summary: Summary) -> None:
        super().__init__(channel, chroot=os.fsencode(root))
        self.faults, self.summary = faults, summary

    def spoil(self, operation: Operation, path: bytes, offset: int = 0) -> Fault | None:
        """Return the fault of an operation, if it has one; raise the error that it is."""
        rule = self.faults.fire(operation, posixpath.basename(os.fsdecode(path)), offset)
        if rule:
            self.summary.faults += 1
        if rule and rule.kind == "permission":
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        if rule and rule.kind == "fail":
            raise asyncssh.SFTPFailure("Failure")
        return rule

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """List a folder."""
        self.summary.listings += 1
        self.spoil("list", path)
        async for name in super().scandir(path):
            yield name

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        """Open a file, unless it changes just before."""
        rule = self.spoil("open", path)
        place = Path(os.fsdecode(self.map_path(path)))
        if rule:
            change(place, rule)
        self.summary.opened += 1
        return super().open(path, pflags, attrs)

    async def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        """Read a piece of a file, slowly or never if a fault says so."""
        rule = self.spoil("read", os.fsencode(file_obj.name), offset + size)
        if rule and rule.kind == "cut":
            self.channel.get_connection().abort()
            raise asyncssh.SFTPConnectionLost("Connection lost")
        if rule and rule.kind == "grow":
            change(Path(os.fsdecode(file_obj.name)), rule)
        data: bytes = super().read(file_obj, offset, size)
        if rule and rule.kind == "slow":
            await asyncio.sleep(len(data) / rule.rate)
        self.summary.bytes_read += len(data)
        return data

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        """Rename a file."""
        self.spoil("rename", oldpath)
        super().rename(oldpath, newpath)
        self.summary.renamed.append(f"{os.fsdecode(oldpath)} -> {os.fsdecode(newpath)}")

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> Any:
        """Rename a file, in the place of another one."""
        self.spoil("rename", oldpath)
        super().posix_rename(oldpath, newpath)
        self.summary.renamed.append(f"{os.fsdecode(oldpath)} -> {os.fsdecode(newpath)}")

    def remove(self, path: bytes) -> Any:
        """Delete a file."""
        self.spoil("remove", path)
        super().remove(path)
        self.summary.removed.append(os.fsdecode(path))


def change(path: Path, rule: Fault) -> None:
    """Change a file under the client's hands."""
    if not path.is_file():
        return
    if rule.kind == "grow":
        with path.open("rb+") as stream:
            stream.seek(max(path.stat().st_size - 4096, 0))
            last = stream.read().splitlines(keepends=True)[-1:]
            stream.writelines(last)
    elif rule.kind == "shrink":
        os.truncate(path, path.stat().st_size // 2)
    elif rule.kind == "rename":
        path.rename(path.with_name(f"{path.name}.old"))
    elif rule.kind == "delete":
        path.unlink()
