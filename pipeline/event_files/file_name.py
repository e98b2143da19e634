"""File names: ``1234_SMS_CLICK_20190103_231059.zip`` has an account, a feed and a stamp.

The stamp's zone is not documented: it is not looked at.
"""

import re
from dataclasses import dataclass

from pipeline.model.feeds import read_word

NAME = re.compile(r"(\d{1,20})_([A-Za-z0-9]+(?:_[A-Za-z0-9]+)*)_(\d{8}_\d{6})((?:\.[A-Za-z0-9]+)+)")
PLAIN = ("txt", "csv")
ARCHIVES = ("zip",)
ENCRYPTED = ("gpg", "pgp", "asc")


@dataclass(frozen=True)
class FileName:
    """The parts of a name."""

    account: str
    feed: str  # in capitals; an old spelling is read as the new one
    stamp: str
    suffixes: tuple[str, ...]  # ("zip", "gpg"), in small letters

    @property
    def encrypted(self) -> bool:
        """True if the file's outermost layer is OpenPGP."""
        return self.suffixes[-1] in ENCRYPTED


def read_name(name: str) -> FileName | None:
    """Read the name of a file without its folder; None: it is no file of events, or a companion."""
    match = NAME.fullmatch(name)
    if match is None:
        return None
    account, word, stamp, extension = match.groups()
    suffixes = tuple(extension.lower().split(".")[1:])
    if suffixes[-1] not in (*PLAIN, *ARCHIVES, *ENCRYPTED):
        return None
    return FileName(account, read_word(word), stamp, suffixes)
