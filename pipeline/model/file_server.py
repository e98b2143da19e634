"""A file server: folders of an outside system from which files are fetched."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.errors import PipelineError


class FileGone(PipelineError):
    """There is no file of this name, or not any more."""


class NotPermitted(PipelineError):
    """The login may not do this to a file or folder."""


@dataclass(frozen=True)
class RemoteFile:
    """One file in a folder of the server."""

    name: str  # without the folder
    size: int  # bytes
    mtime: int  # seconds since the epoch


@dataclass(frozen=True)
class OpenPgp:
    """The key that opens encrypted files, and the library that does it."""

    private_key: str = field(default="", repr=False)  # "": there is none
    passphrase: str = field(default="", repr=False)
    library: str = "sequoia"  # or "gnupg"


class FileSession(Protocol):
    """One login on a file server; paths are relative to the connector's folder.

    Raises RetryLater when the connection fails, in every method.
    """

    def list(self, folder: str) -> list[RemoteFile]:
        """Return the files of a folder; raises Misconfigured if it is not there or may not be read."""

    def stat(self, path: str) -> RemoteFile:
        """Return size and time of one file now; raises FileGone."""

    def read(self, path: str, offset: int) -> Iterator[bytes]:
        """Yield the content from an offset on, some MiB at a time; raises FileGone or NotPermitted."""

    def move(self, path: str, to: str) -> None:
        """Give a file another path, in the place of the file that has it; the folder is made if need be.

        Raises FileGone or NotPermitted.
        """

    def delete(self, path: str) -> None:
        """Delete a file; raises NotPermitted. One that is gone is no error."""


class FileServer(Protocol):
    """A server with the login of one connector."""

    @property
    def keys(self) -> OpenPgp:
        """The key of encrypted files."""

    def require_key(self) -> None:
        """Raise Misconfigured if the key that logs in cannot be read; nothing is sent."""

    def open(self) -> AbstractContextManager[FileSession]:
        """Log in for as long as the context lasts.

        Raises:
            Misconfigured: key, host key or login are refused, by us or by the server.
            RetryLater: the server cannot be reached.
        """
