"""The form of one record: its fields with their values and problems, and the document that it stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.records.document_secrets import STORED_SECRET
from pipeline.text.messages import flatten
from pipeline.web.console.option import ABSENT, Option

WHOLE_RECORD = "_schema"  # marshmallow's key for problems of a whole document


@dataclass(frozen=True)
class FormField:
    """An option with the text in its field, and the problems of that text."""

    option: Option
    text: str
    keeps: bool = False  # a secret is stored, and stays if nothing is typed
    problems: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The label of the field."""
        return f"{self.option.label} (leave empty to keep it)" if self.keeps else self.option.label


@dataclass(frozen=True)
class RecordForm:
    """A form over the options of one schema; ``fixed``: the option that was chosen before, such as a kind."""

    options: list[Option]
    fixed: Mapping[str, str]
    texts: Mapping[str, str]
    stored: Mapping[str, Any] = field(default_factory=dict)  # the record as it is exported
    problems: Mapping[str, Any] = field(default_factory=dict)  # marshmallow's messages

    @property
    def document(self) -> dict[str, Any]:
        """The document that was typed; an option without text is left out, a secret without text is kept."""
        values = {option.name: self._value(option) for option in self.options}
        return {**self.fixed, **{name: value for name, value in values.items() if value is not ABSENT}}

    @property
    def fields(self) -> list[FormField]:
        """The fields, in their order."""
        return [self._field(option) for option in self.options]

    @property
    def other_problems(self) -> list[str]:
        """Problems of no field."""
        names = {option.name for option in self.options}
        return [
            text if name == WHOLE_RECORD else f"{name}: {text}"
            for name, messages in self.problems.items()
            if name not in names
            for text in message_lines(messages)
        ]

    def _value(self, option: Option) -> Any:
        value = option.value_of(self.texts.get(option.name, ""))
        return STORED_SECRET if value is ABSENT and self._keeps(option) else value

    def _keeps(self, option: Option) -> bool:
        return option.kind == "secret" and option.name in self.stored

    def _field(self, option: Option) -> FormField:
        text = "" if option.kind == "secret" else self.texts.get(option.name, "")
        return FormField(
            option, text, self._keeps(option), tuple(message_lines(self.problems.get(option.name, [])))
        )


def texts_of(options: list[Option], document: Mapping[str, Any]) -> dict[str, str]:
    """Return the text of each field for a record; for a new one the defaults."""
    return {option.name: option.text_of(document.get(option.name, ABSENT)) for option in options}


def default_texts(options: list[Option]) -> dict[str, str]:
    """Return the text of each field of a new record."""
    return {option.name: option.text_of(option.default) for option in options}


def message_lines(messages: Any) -> list[str]:
    """Return marshmallow's messages about one option, each with its place within the option."""
    return list(flatten(messages))
