"""An import as it is configured: files of events from a connector's folder, on a schedule."""

import posixpath
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError

from schemas.configuration_fields import Field, Flag, MaybeText, Number, OneOf, SomeOf, Text
from schemas.document import Document, Table
from schemas.file_profile import Encoding

MAX_EVERY = 1440  # minutes: a day
MAX_LATE = 366 * 1440  # minutes
DELIMITERS = (",", "|", ";", "tab")
CHANNELS = ("email", "sms", "mms", "push", "webpush")
EXTENSION = re.compile(r"\.[A-Za-z0-9_-]{1,32}")
EXTENSION_RULE = 'an extension such as "{0}"'
ACCOUNT = re.compile(r"[0-9]{1,20}")
COLUMN = re.compile(r"[^\x00-\x1f\x7f]{1,255}")


class TimeZone(Text):
    """The name of a time zone."""

    def read(self, value: Any) -> str:
        """Refuse a zone that the machine does not know."""
        name = super().read(value)
        if name not in available_timezones():
            close = get_close_matches(name, available_timezones(), n=1)
            way_out = f'did you mean "{close[0]}"?' if close else 'one is "Europe/Berlin"'
            raise ValidationError(f'"{name}" is not a time zone; {way_out}')
        return name


class Companion(Text):
    """The extension of companion files, or one of a few words."""

    def __init__(self, example: str, words: tuple[str, ...], **options: Any) -> None:
        super().__init__(**options)
        self.example, self.words = example, words

    def read(self, value: Any) -> str:
        """Refuse text that is neither."""
        if value not in self.words and not (isinstance(value, str) and EXTENSION.fullmatch(value)):
            words = "".join(f'"{word}", ' for word in self.words)
            raise ValidationError(f"must be {words}or {EXTENSION_RULE.format(self.example)}")
        return str(value)


class AfterImport(Text):
    """The fate of an imported file at the server."""

    def read(self, value: Any) -> str:
        """Refuse a folder that leads out of the import's own."""
        if value in ("leave", "delete"):
            return str(value)
        folder = value.removeprefix("move:") if isinstance(value, str) else ""
        if folder == value or not is_below(folder):
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
    columns = Table(Text(), pattern=COLUMN, rule="must be the name of a built-in column", load_default=dict)
    enabled = Flag(load_default=True)


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
