"""Names: ``<account>_[<CHANNEL>_]<EVENT>_<YYYYMMDD>_<HHMMSS>.<ext>``."""

from datetime import datetime


def name_of(account: str, feed: str, stamp: datetime, extension: str) -> str:
    """Return the name of a data file: "1234_SMS_CLICK_20190103_231059.txt"."""
    return f"{account}_{feed}_{stamp:%Y%m%d_%H%M%S}.{extension}"


def extension_of(*, compress: bool, encrypt: bool) -> str:
    """Return the extension; for both, Responsys' own is not documented."""
    if compress and encrypt:
        return "zip.gpg"
    if encrypt:
        return "gpg"
    return "zip" if compress else "txt"
