"""An import: files of events that are fetched from a connector's folder, on a schedule."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class EventImport:
    """One import, as configured."""

    name: str
    connector: str
    folder: str = ""  # below the connector's
    accounts: tuple[str, ...] = ()  # account ids in file names; (): all
    delimiter: str = ","  # the character itself
    encoding: str = "utf-8"
    time_zone: str = "UTC"  # of captured and stored time
    sms_time_zone: str = "UTC"  # of the same in files of SMS, MMS and push
    every: float = 60  # minutes
    late_after: float = 780  # minutes without a new file
    ready: str = "size"  # or the extension of a companion file, or "none"
    count: str = ""  # extension of the companion with the number of records
    after: str = "leave"  # or "delete", or "move:FOLDER"
    channels: tuple[str, ...] = ("email",)
    link_by: str = "not_bounced"  # or "all"
    columns: Mapping[str, str] = field(default_factory=dict)  # built-in name: the account's name
    enabled: bool = True
    label: str | None = None  # shown to people beside the name
    description: str | None = None
