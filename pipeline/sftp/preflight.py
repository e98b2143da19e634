"""Pre-flight: whether the server is the one that is meant, lets us in, and has the folder."""

from collections.abc import Iterator

from pipeline.errors import PipelineError
from pipeline.model.finding import Finding
from pipeline.sftp.host_key import changed, what_to_put
from pipeline.sftp.server import SftpServer
from pipeline.sftp.session import OWN_FOLDER


def preflight(server: SftpServer) -> Iterator[Finding]:
    """Yield findings about host key, login and folder, up to the first that is not well."""
    connector = server.connector
    yield (key := look_at_host_key(server))
    if not key.ok:
        return
    subject = "login"
    try:
        with server.open() as session:
            yield Finding(subject, True, f'"{connector.username}" logs in to {connector.place}')
            subject = "folder"
            session.list("")
            yield Finding(subject, True, f"{connector.folder or OWN_FOLDER} is there")
    except PipelineError as error:
        yield Finding(subject, False, str(error))


def look_at_host_key(server: SftpServer) -> Finding:
    """Compare the key of the server with the pinned ones."""
    connector = server.connector
    try:
        seen = server.fingerprints()
    except PipelineError as error:
        return Finding("host key", False, str(error))
    if not connector.host_key:
        text = f"is not pinned, so nothing is fetched; {connector.place} has this one: {what_to_put(seen[0])}"
        return Finding("host key", False, text)
    pinned = [one for one in seen if one in connector.host_key]
    if not pinned:
        return Finding("host key", False, changed(connector, seen[0]))
    return Finding("host key", True, f"{connector.place} has the pinned key {pinned[0]}")
