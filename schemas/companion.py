"""Companions of event files as an import names them: by their extension."""

import re
from typing import Any

from marshmallow import ValidationError

from schemas.configuration_fields import Text

EXTENSION = re.compile(r"\.[A-Za-z0-9_-]{1,32}")
OF_DATA = (".txt", ".csv", ".zip", ".gpg", ".pgp", ".asc")


class Companion(Text):
    """The extension of companion files, or one of a few words."""

    def __init__(self, example: str, words: tuple[str, ...], **options: Any) -> None:
        super().__init__(**options)
        self.example, self.words = example, words

    def read(self, value: Any) -> str:
        """Refuse text that is neither, and an extension by which data files would be companions."""
        if value not in self.words and not (isinstance(value, str) and EXTENSION.fullmatch(value)):
            words = "".join(f'"{word}", ' for word in self.words)
            raise ValidationError(f'must be {words}or an extension such as "{self.example}"')
        if value.lower() in OF_DATA:
            raise ValidationError(
                f'"{value}" is an extension of data files; companions have another, such as "{self.example}"'
            )
        return str(value)
