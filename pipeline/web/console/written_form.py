"""The form of a record that is typed whole, as a configuration has it: one field for all of its options."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from pipeline.records.record_check import InvalidRecord
from pipeline.text import toml
from pipeline.web.console.option import Option
from pipeline.web.console.record_form import WHOLE_RECORD, FormField, RecordForm, message_lines

ALL = "options"  # the name of the field
WRITTEN_OPTIONS = [Option(ALL, "long", fields.String(required=True))]


@dataclass(frozen=True)
class WrittenForm(RecordForm):
    """A form with one field: the document as TOML."""

    @property
    def document(self) -> dict[str, Any]:
        """The document that was typed; raises InvalidRecord if it is no TOML."""
        try:
            return tomllib.loads(self._text.replace("\r\n", "\n"))
        except (ValueError, RecursionError) as error:
            raise InvalidRecord({ALL: [f"this is no TOML: {error}"]}) from None

    @property
    def fields(self) -> list[FormField]:
        """The one field, with all problems."""
        return [FormField(self.options[0], self._text, problems=tuple(self._all_problems()))]

    @property
    def other_problems(self) -> list[str]:
        """None: each problem names its option."""
        return []

    @property
    def _text(self) -> str:
        return self.texts.get(ALL, "")

    def _all_problems(self) -> Iterator[str]:
        for name, messages in self.problems.items():
            at = "" if name in (ALL, WHOLE_RECORD) else f"{name}: "
            yield from (f"{at}{text}" for text in message_lines(messages))


def written_options(document: Mapping[str, Any]) -> str:
    """Write a record one option a line."""
    return "".join(f"{toml.key(name)} = {toml.value(value)}\n" for name, value in document.items())
