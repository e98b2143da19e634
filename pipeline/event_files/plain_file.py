"""A plain file: decrypted and unpacked in the spool, ready to be landed; and its outcome."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.model.event_import import EventImport


class FileFailed(PipelineError):
    """Nothing of a file counts; the message is the ledger's reason, without a person's data."""


@dataclass(frozen=True)
class PlainFile:
    """Plaintext in the spool, and its row in the ledger."""

    path: Path  # its name in the spool, a number: no name from outside reaches a reader
    number: int  # event_files.id; the row is there, in state "fetched"
    account: str
    feed: str  # as ``read_name`` gives it
    settings: EventImport
    expected_lines: int | None = None  # of the count file; None: there is none


@dataclass(frozen=True)
class Landed:
    """The numbers of one landed file, which its row in the ledger has as well."""

    lines: int  # records without the header
    events: int
    new: int  # events that were not known before
    quarantined: int
    differing: int = 0  # known events with another value in a column that counts
    remark: str = ""
