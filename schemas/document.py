"""Documents with names: the shape that all records of the configuration have in common."""

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, pre_load
from marshmallow.error_store import merge_errors

from schemas.configuration_fields import LONGEST, LONGEST_LIKELY, Field, OneOf, not_there, there_are

UNKNOWN = "is not a known key"
MAX_UNKNOWN = 20  # keys of one document that are reported
SCHEMA = "_schema"  # marshmallow's key for problems of a whole document
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
NAME_RULE = "this name must be 1 to 63 of a-z, 0-9, _ and -, and begin with a letter or digit"


class Document(Schema):
    """One record; a key that it does not know is a problem, for it may be a misspelt one."""

    error_messages = {"type": "must be a table", "unknown": UNKNOWN}  # noqa: RUF012  marshmallow's

    class Meta:
        """Marshmallow's own settings."""

        unknown = RAISE

    @pre_load
    def cut(self, data: Any, **_: Any) -> Any:
        """Keep the first keys that are not known: marshmallow takes time by the square of their number."""
        if not isinstance(data, Mapping) or len(data) <= MAX_UNKNOWN:
            return data
        unknown = islice((key for key in data if key not in self.fields), MAX_UNKNOWN)
        return {key: data[key] for key in [*(key for key in self.fields if key in data), *unknown]}

    def handle_error(self, error: ValidationError, data: Any, **_: Any) -> None:
        """Propose a key for each that is not known, and count those that were left out."""
        if not isinstance(data, Mapping):
            return
        free = sorted(self.fields.keys() - data.keys())
        unknown = [key for key in data if key not in self.fields]
        for key in [key for key in unknown if key in error.messages_dict and key != SCHEMA]:
            close = get_close_matches(key, free, n=1) if len(str(key)) <= LONGEST_LIKELY else []
            del error.messages_dict[key]  # marshmallow's order is that of a set
            error.messages_dict[key] = [f'{UNKNOWN}; did you mean "{close[0]}"?' if close else UNKNOWN]
        if len(unknown) > MAX_UNKNOWN:
            left_out = len(unknown) - MAX_UNKNOWN
            error.messages_dict.setdefault(SCHEMA, []).append(f"{left_out:,} more keys are not known")


class Table(Field):
    """Names that follow ``pattern``, each with a value of the field ``values``."""

    def __init__(
        self, values: Field, pattern: re.Pattern[str] = NAME, rule: str = NAME_RULE, **options: Any
    ) -> None:
        super().__init__(**options)
        self.values, self.pattern, self.rule = values, pattern, rule

    def problem_of(self, name: str, earlier: int) -> str | None:  # noqa: ARG002  TableOf counts them
        """Return the problem of a name, or None; ``earlier``: problems of this table found before it."""
        return None if self.pattern.fullmatch(name) else self.rule

    def read(self, value: Any) -> dict[str, Any]:
        """Read every entry; the error of a bad one has the values of the good ones as ``valid_data``."""
        if not isinstance(value, Mapping):
            raise ValidationError("must be a table")
        good: dict[str, Any] = {}
        problems: dict[str, Any] = {}
        for name, entry in value.items():
            if problem := self.problem_of(name, len(problems)):
                problems[name] = problem
            try:
                good[name] = self.values.deserialize(entry)
            except ValidationError as error:
                problems[name] = merge_errors(problems.get(name), error.messages)  # type: ignore[no-untyped-call]
                good[name] = error.valid_data
        if problems:
            raise ValidationError(problems, valid_data=good)
        return good


class TableOf(Table):
    """A table with names out of ``choices``; ``what`` describes one: "a function"."""

    def __init__(
        self,
        values: Field,
        pattern: re.Pattern[str],
        rule: str,
        *,
        what: str,
        choices: Iterable[str],
        **options: Any,
    ) -> None:
        super().__init__(values, pattern, rule, **options)
        self.what, self.choices = what, frozenset(choices)

    def problem_of(self, name: str, earlier: int) -> str | None:
        """Propose the likely name, for the first problems."""
        if name in self.choices or not self.pattern.fullmatch(name):
            return super().problem_of(name, earlier)
        return not_there(name, self.what, self.choices) if earlier < MAX_UNKNOWN else f"is not {self.what}"


class Variant(Field):
    """A document of one of several schemas; one of its keys says of which.

    ``common`` has the keys of every schema: by it a document of no known schema is checked as far as may be.
    ``default``: the schema of a document without the key; None: the key must be there.
    """

    def __init__(
        self,
        key: str,
        what: str,
        schemas: Mapping[str, type[Schema]],
        common: type[Schema],
        *,
        default: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.key, self.schemas, self.common, self.default = key, schemas, common, default
        self.choice = OneOf(what, schemas)

    def read(self, value: Any) -> dict[str, Any]:
        """Read by the schema that is asked for."""
        if not isinstance(value, Mapping):
            raise ValidationError("must be a table")
        problem = self.problem(value)
        if problem:
            raise self.checked(value, problem)
        loaded: dict[str, Any] = self.schemas[value.get(self.key, self.default)]().load(value)
        return loaded

    def problem(self, value: Mapping[str, Any]) -> list[str]:
        """Say why no schema can be chosen."""
        if self.key not in value and self.default is not None:
            return []
        if self.key not in value:
            return [f"is missing; {there_are(self.schemas)}"]
        try:
            self.choice.read(value[self.key])
        except ValidationError as error:
            return list(error.messages)
        return []

    def checked(self, value: Mapping[str, Any], problem: list[str]) -> ValidationError:
        """Add the problems of the common keys to the problem with ``key``."""
        known = {key: value[key] for key in self.common().fields if key in value}
        try:
            return ValidationError({self.key: problem}, valid_data=self.common().load(known))
        except ValidationError as error:
            return ValidationError({**error.messages_dict, self.key: problem}, valid_data=error.valid_data)


def paths(messages: Any, path: str = "") -> list[str]:
    """Write marshmallow's nested messages as lines: "destinations.lapsed.event: must be text"."""
    if isinstance(messages, str):
        return [f"{path}: {messages}"]
    if not isinstance(messages, Mapping):
        return [f"{path}: {message}" for message in messages]
    return [
        line
        for key, inner in messages.items()
        for line in paths(inner, path if key == SCHEMA else f"{path}.{quoted(str(key))}".lstrip("."))
    ]


def quoted(key: str) -> str:
    """Write a key as TOML would; a very long one ends in dots."""
    key = key if len(key) <= LONGEST else f"{key[:LONGEST]}…"
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)
