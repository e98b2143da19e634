"""Listing: the files of a folder that an import takes, and those that are left out, with the reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.event_files.companions import companion_of
from pipeline.event_files.file_name import FileName, read_name
from pipeline.model.event_import import EventImport
from pipeline.model.feeds import is_taken
from pipeline.model.file_server import RemoteFile


@dataclass(frozen=True)
class DataFile:
    """One file of events, with its companions as far as they are there."""

    file: RemoteFile
    account: str
    feed: str
    stamp: str
    companions: tuple[str, ...]
    lacks: str = ""  # the companion that it waits for


@dataclass
class Listing:
    """One look at a folder."""

    files: list[DataFile] = field(default_factory=list)  # by stamp, then by name
    left_out: Counter[str] = field(default_factory=Counter)  # reasons
    names: set[str] = field(default_factory=set)  # of all files

    @property
    def accounts(self) -> list[str]:
        """The accounts of all files that are taken."""
        return sorted({one.account for one in self.files})


def listing_of(found: Iterable[RemoteFile], settings: EventImport) -> Listing:
    """Sort the files of a folder."""
    files = list(found)
    names = {file.name for file in files}
    listing = Listing(names=names)
    for file in files:
        read = read_name(file.name)
        if read is None:
            if not is_companion(file.name, settings):
                listing.left_out["another name"] += 1
        elif settings.accounts and read.account not in settings.accounts:
            listing.left_out[f"account {read.account}"] += 1
        elif not is_taken(read.feed):
            listing.left_out[f"feed {read.feed}"] += 1
        else:
            listing.files.append(with_companions(file, read, names, settings))
    listing.files.sort(key=lambda one: (one.stamp, one.file.name))
    return listing


def with_companions(file: RemoteFile, read: FileName, names: set[str], settings: EventImport) -> DataFile:
    """Return a data file with its companions."""
    wanted = [extension for extension in (settings.ready, settings.count) if extension.startswith(".")]
    found = {extension: companion_of(file.name, extension, names) for extension in wanted}
    lacks = next((extension for extension, companion in found.items() if companion is None), "")
    return DataFile(file, read.account, read.feed, read.stamp, tuple(filter(None, found.values())), lacks)


def is_companion(name: str, settings: EventImport) -> bool:
    """Tell whether a name is that of a ready or count file."""
    extensions = [extension for extension in (settings.ready, settings.count) if extension.startswith(".")]
    return name.endswith(tuple(extensions))
