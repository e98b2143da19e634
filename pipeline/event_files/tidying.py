"""Tidying up: files that are landed are deleted at the server, moved, or left, with their companions."""

import posixpath
from collections.abc import Iterator

from pipeline.event_files.folder_look import FolderLook, key_of
from pipeline.event_files.server_connection import ServerConnection
from pipeline.model.event_import import EventImport
from pipeline.model.file_server import FileGone, FileSession, NotPermitted

MOVE = "move:"


def tidy(connection: ServerConnection, look: FolderLook) -> Iterator[str]:
    """Yield a remark for each landed file with which nothing could be done."""
    settings = look.settings
    if settings.after == "leave":
        return
    seen = {key_of(one): one for one in look.listing.files}
    remark = f"it is landed, but the login may not {settings.after.partition(':')[0]} it at the server"
    for row in look.present("landed"):
        before = row.reason.removesuffix(remark).removesuffix("; ")  # the remark of the landing
        try:
            for name in (row.path, *seen[row.key].companions):
                connection.run(lambda session, name=name: put_away(session, settings, name))  # type: ignore[misc]
        except NotPermitted:
            look.ledger.remark(row.id, "; ".join(filter(None, (before, remark))))
            yield f"{row.path}: {remark}"
        else:
            if before != row.reason:
                look.ledger.remark(row.id, before)


def put_away(session: FileSession, settings: EventImport, name: str) -> None:
    """Delete or move one file; one that is gone was put away by an earlier run."""
    place = posixpath.join(settings.folder, name)
    if settings.after == "delete":
        session.delete(place)
        return
    try:
        session.move(place, posixpath.join(settings.folder, settings.after.removeprefix(MOVE), name))
    except FileGone:
        return
