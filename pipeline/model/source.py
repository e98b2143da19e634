"""Sources, which feed audiences on a schedule: a class for each kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Source:
    """The part of a source that all kinds have."""

    name: str
    every: float  # minutes
    audience: str | None = None
    max_leaving: float = 20  # percent
    enabled: bool = True
    label: str | None = None  # shown to people beside the name
    description: str | None = None
    kind: str = ""

    @property
    def is_stream(self) -> bool:
        """Whether it is read on from its mark; otherwise each reading is a snapshot of its audience."""
        return False


@dataclass(frozen=True, kw_only=True)
class SqlSource(Source):
    """A query; its result is a snapshot of an audience."""

    audience: str
    query: str  # ":now" is the time of the run
    url: str = field(repr=False)  # SQLAlchemy's; holds a password; "": the events store
    columns: Mapping[str, str] = field(default_factory=dict)  # of the result, to fields of an activation
    of_events: bool = False  # it reads the events store, which has times as text
    kind: str = "sql"


@dataclass(frozen=True, kw_only=True)
class SalesforceSource(Source):
    """Records of one object of an org: those that changed or, as a snapshot, all that there are."""

    connector: str
    object: str
    mapping: str
    where: Mapping[str, Any] = field(default_factory=dict)  # a condition; nothing: all records
    snapshot: bool = False
    of: str = ""  # the field with the record that a row of a history is of
    who: str | tuple[str, ...] = ""  # "primary", "all", or roles; "": the record is the person
    key_fields: tuple[str, ...] = ()  # that identify a person beside the address
    full: str = "7d"  # between two readings from the beginning
    overlap: float = 600  # seconds before the mark that are read again
    max_change: float = 20  # percent of its people that may change in a run
    kind: str = "salesforce"

    @property
    def is_stream(self) -> bool:
        """Whether it is read on from its mark."""
        return not self.snapshot


@dataclass(frozen=True, kw_only=True)
class PeopleSource(Source):
    """People with a known RIID that their record of Salesforce lacks."""

    audience: str
    connector: str  # an org or an account; its people are those with a record, or a RIID, of it
    kind: str = "people"

    @property
    def is_stream(self) -> bool:
        """Whether it is read on from its mark."""
        return True


@dataclass(frozen=True, kw_only=True)
class EventsSource(Source):
    """Events of an account of Responsys, in the order in which they were stored."""

    connector: str
    types: tuple[str, ...] = ()  # words of feeds, such as CLICK; (): all
    kind: str = "responsys_events"

    @property
    def is_stream(self) -> bool:
        """Whether it is read on from its mark."""
        return True


@dataclass(frozen=True, kw_only=True)
class ProfilesSource(Source):
    """Fields kept per person from event files, as far as they changed."""

    audience: str
    max_change: float = 100  # percent of its people that may change in a run
    kind: str = "profiles"

    @property
    def is_stream(self) -> bool:
        """Whether it is read on from its mark."""
        return True


@dataclass(frozen=True, kw_only=True)
class MembersSource(Source):
    """Columns of the members with a known RIID, read in turn."""

    connector: str
    columns: Mapping[str, str]  # of the list, in capitals, to variables
    fields_table: str = ""  # an extension table that is read as well; "": none
    fields: Mapping[str, str] = field(default_factory=dict)  # its columns, in capitals, to variables
    max_change: float = 20  # percent of its people that may change in a run
    kind: str = "responsys"

    @property
    def is_stream(self) -> bool:
        """Whether it is read on from its mark."""
        return True

    @property
    def variables(self) -> frozenset[str]:
        """All variables that it reads."""
        return frozenset({*self.columns.values(), *self.fields.values()})
