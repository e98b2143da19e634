"""A session on an SFTP server: the folder of one connector, and its files from any offset on."""

import posixpath
import stat
from collections.abc import Iterator
from typing import Any

import asyncssh

from pipeline.errors import Misconfigured
from pipeline.model.file_server import FileGone, NotPermitted, RemoteFile
from pipeline.sftp.connector import SftpConnector
from pipeline.sftp.failures import file_errors
from pipeline.sftp.loop import BackgroundLoop

# Bytes read at once. asyncssh asks for them in parallel, 16 KiB at a time where a server names no limits, and
# for those behind the end of a small file, too.
FIRST_PIECE, PIECE = 256 << 10, 4 << 20
OWN_FOLDER = "the login's own folder"


class SftpSession:
    """The folder of one connector, while the login lasts."""

    def __init__(
        self,
        connector: SftpConnector,
        loop: BackgroundLoop,
        client: asyncssh.SFTPClient,
        answer: float,
    ) -> None:
        self._connector = connector
        self._loop = loop
        self._client = client
        self._answer = answer  # seconds

    def list(self, folder: str) -> list[RemoteFile]:
        """Return the files of a folder, by name; raises Misconfigured if it cannot be read."""
        place = self._place(folder)
        shown = place or OWN_FOLDER
        try:
            with file_errors(self._connector, shown):
                names = self._loop.run(self._client.readdir(place or "."), self._answer)
        except FileGone:
            raise Misconfigured(f"{self._connector.place}: there is no folder {shown}") from None
        except NotPermitted:
            raise Misconfigured(
                f'{self._connector.place}: "{self._connector.username}" may not read {shown}'
            ) from None
        files = [remote_file(str(name.filename), name.attrs) for name in names if is_file(name.attrs)]
        return sorted(files, key=lambda file: file.name)

    def stat(self, path: str) -> RemoteFile:
        """Return size and time of one file now; raises FileGone."""
        with file_errors(self._connector, path):
            attributes = self._loop.run(self._client.stat(self._place(path)), self._answer)
        return remote_file(posixpath.basename(path), attributes)

    def read(self, path: str, offset: int) -> Iterator[bytes]:
        """Yield the content from an offset on, some MiB at a time."""
        with file_errors(self._connector, path):
            file: Any = self._loop.run(self._client.open(self._place(path), "rb"), self._answer)
        asked, piece = FIRST_PIECE, b""
        try:
            while True:
                with file_errors(self._connector, path):
                    piece = self._loop.run(file.read(asked, offset), self._answer)
                if piece:
                    yield piece
                if len(piece) < asked:
                    return
                offset, asked = offset + len(piece), PIECE
        finally:
            self._loop.run(file.close(), self._answer)

    def move(self, path: str, to: str) -> None:
        """Give a file another path; the folder is made if need be."""
        with file_errors(self._connector, path, "move"):
            folder = posixpath.dirname(self._place(to))
            if folder:
                self._loop.run(self._client.makedirs(folder, exist_ok=True), self._answer)
            self._loop.run(self._client.posix_rename(self._place(path), self._place(to)), self._answer)

    def delete(self, path: str) -> None:
        """Delete a file; one that is gone is no error."""
        try:
            with file_errors(self._connector, path, "delete"):
                self._loop.run(self._client.remove(self._place(path)), self._answer)
        except FileGone:
            pass

    def _place(self, path: str) -> str:
        """Return a path of the server's own."""
        return posixpath.join(self._connector.folder, path)


def is_file(attributes: asyncssh.SFTPAttrs) -> bool:
    """Tell a file from a folder and a link; a server that does not say lists files."""
    return attributes.permissions is None or stat.S_ISREG(attributes.permissions)


def remote_file(name: str, attributes: asyncssh.SFTPAttrs) -> RemoteFile:
    """Return a file with its size and time; a server that tells none has 0."""
    return RemoteFile(name, attributes.size or 0, int(attributes.mtime or 0))
