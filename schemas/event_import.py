"""An import as it is configured: files of events from a connector's folder, on a schedule."""

import posixpath
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, validates_schema

from schemas.companion import Companion
from schemas.configuration_fields import Field, Flag, MaybeText, Number, OneOf, SomeOf, Text
from schemas.document import Document
from schemas.file_profile import Encoding
from schemas.renamed_columns import RenamedColumns

MAX_EVERY = 1440  # minutes: a day
MAX_LATE = 366 * 1440  # minutes
LOCAL = "localtime"  # the machine's own zone, which databases do not know by this name
DELIMITERS = (",", "|", ";", "tab")
CHANNELS = ("email", "sms", "mms", "push", "webpush")
ACCOUNT = re.compile(r"[0-9]{1,20}")


class TimeZone(Text):
    """The name of a time zone."""

    def read(self, value: Any) -> str:
        """Refuse a zone that the machine does not know."""
        name = super().read(value)
        known = available_timezones() - {LOCAL}
        if name not in known:
            close = get_close_matches(name, known, n=1) if name != LOCAL else []
            way_out = f'did you mean "{close[0]}"?' if close else 'one is "Europe/Berlin"'
            raise ValidationError(f'"{name}" is not a time zone; {way_out}')
        return name


class AfterImport(Text):
    """The fate of an imported file at the server."""

    def read(self, value: Any) -> str:
        """Refuse a folder that leads out of the import's own."""
        if value in ("leave", "delete"):
            return str(value)
        folder = value.removeprefix("move:") if isinstance(value, str) else ""
        if folder == value or not is_below(folder) or posixpath.normpath(folder) == ".":
            raise ValidationError(
                'must be "leave", "delete", or "move:" and a folder below, such as "move:done"'
            )
        super().read(folder)
        return str(value)


class Folder(MaybeText):
    """A folder below another one."""

    def read(self, value: Any) -> str:
        """Refuse a path that leads out of it."""
        folder = super().read(value)
        if folder and not is_below(folder):
            raise ValidationError("must be a folder below the connector's")
        return folder


class Accounts(Field):
    """Account ids, as file names begin with them."""

    def read(self, value: Any) -> list[str]:
        """Refuse ids that are no digits, and the same one twice."""
        if not isinstance(value, list) or not all(
            isinstance(one, str) and ACCOUNT.fullmatch(one) for one in value
        ):
            raise ValidationError('must be a list of account ids, such as ["1234"]')
        if len(set(value)) < len(value):
            raise ValidationError("must not name anything twice")
        return sorted(value)


class ImportDocument(Document):
    """The files of one folder, and their schedule."""

    label = Text()  # for people, beside the name that commands take
    description = Text()
    connector = Text(required=True)
    folder = Folder(load_default="")
    accounts = Accounts(load_default=list)
    delimiter = OneOf("a delimiter", DELIMITERS, load_default=",")
    encoding = Encoding(load_default="utf-8")
    time_zone = TimeZone(load_default="UTC")
    sms_time_zone = TimeZone(load_default="UTC")
    every = Number(least=1, most=MAX_EVERY, load_default=60)
    late_after = Number(above=0, most=MAX_LATE, load_default=780)
    ready = Companion(".ready", ("size", "none"), load_default="size")
    count = Companion(".count", ("",), load_default="")
    after = AfterImport(load_default="leave")
    channels = SomeOf("a channel", CHANNELS, load_default=lambda: ["email"])
    link_by = OneOf("a way to link", ("not_bounced", "all"), load_default="not_bounced")
    columns = RenamedColumns(load_default=dict)
    enabled = Flag(load_default=True)

    @validates_schema
    def tells_companions_apart(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a ready file that would be the count file as well."""
        if data["count"] and data["count"] == data["ready"]:
            raise ValidationError("must be another extension than that of ready files", "count")


class ImportField(Field):
    """An import within the configuration."""

    def read(self, value: Any) -> dict[str, Any]:
        """Read it by its schema."""
        if not isinstance(value, Mapping):
            raise ValidationError("must be a table")
        loaded: dict[str, Any] = ImportDocument().load(value)
        return loaded


def is_below(folder: str) -> bool:
    """Tell whether a path stays below the folder that it is relative to."""
    parts = folder.split("/")
    return bool(folder) and not posixpath.isabs(folder) and ".." not in parts and "\\" not in folder
