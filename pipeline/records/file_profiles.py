"""File profiles as they are stored: ``[files.NAME]`` of the configuration."""

from typing import Any

from sqlalchemy import Engine, select

from pipeline.model.file_profile import FileProfile
from pipeline.records.documents import Document
from pipeline.stores.database import reading
from pipeline.stores.record_tables import files


def file_profiles(engine: Engine) -> dict[str, FileProfile]:
    """Return the stored profiles by name; none of them has a secret."""
    with reading(engine) as connection:
        rows = connection.execute(select(files)).all()
    return {row.name: file_profile(row.name, row.body) for row in rows}


def file_profile(name: str, document: Document) -> FileProfile:
    """Read a profile; lists become tuples, and a missing option has its default."""
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in document.items()
    }
    return FileProfile(**{**given, "name": name})
