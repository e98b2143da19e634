"""Open the servers of SFTP connectors; asyncssh is imported here, where a server is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.model.call import Timeouts
    from pipeline.sftp.connector import SftpConnector
    from pipeline.sftp.server import SftpServer


def open_server(connector: SftpConnector, timeouts: Timeouts) -> SftpServer:
    """Return the server of a connector; nothing is sent yet."""
    from pipeline.sftp.server import SftpServer

    return SftpServer(connector, timeouts.connect, timeouts.read)
