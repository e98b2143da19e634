"""A rule of alerts as it is configured: the options of each kind of rule beside those that all have."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError

from schemas.configuration_fields import Field, Flag, Number, OneOf, Text, Whole
from schemas.document import Document, Variant

SEVERITIES = ("critical", "warning")
MONTH = 31 * 24 * 3600  # seconds
LONGEST_WINDOW = 7 * 24 * 3600  # seconds
MAX_ROWS = 10**12
MAX_INTERVALS = 1_000
MAX_CHANNELS = 50


class ChannelNames(Field):
    """A list of channels, each once; empty: the alert is only shown."""

    def read(self, value: Any) -> list[str]:
        """Refuse a value that is no list of names."""
        if not isinstance(value, list) or len(value) > MAX_CHANNELS:
            raise ValidationError(f"must be a list of at most {MAX_CHANNELS} channels")
        names = [Text().read(each) for each in value]
        if any(times > 1 for times in Counter(names).values()):
            raise ValidationError("must not name anything twice")
        return names


class AlertDocument(Document):
    """The options that rules of all kinds have."""

    rule = Text(required=True)
    channels = ChannelNames(required=True)
    severity = OneOf("a severity", SEVERITIES, load_default="critical")
    enabled = Flag(load_default=True)
    after = Number(least=0, most=MONTH, load_default=0)  # seconds it must hold before it opens
    clear_after = Number(least=0, most=MONTH, load_default=120)  # seconds it must not hold before it closes
    remind = Number(least=0, most=MONTH, load_default=14_400)  # seconds; 0: never
    connector = Text()  # only its records; a rule on the system takes no heed
    destination = Text()


class ErrorShare(AlertDocument):
    """Many of the rows that were settled within the window were rejected."""

    above = Number(least=0, most=1, required=True)
    window = Number(above=0, most=LONGEST_WINDOW, load_default=900)  # seconds
    at_least = Whole(least=1, most=MAX_ROWS, load_default=100)  # rows


class Stalled(AlertDocument):
    """Rows are due and may go, and none is settled."""

    above = Number(least=0, most=MONTH, load_default=900)  # seconds


class Overdue(AlertDocument):
    """A row has been due for long."""

    above = Number(least=0, most=MONTH, load_default=1_800)  # seconds


class WaitingRows(AlertDocument):
    """Many rows wait."""

    above = Whole(least=0, most=MAX_ROWS, required=True)


class DeadLetters(AlertDocument):
    """Dead letters are open."""

    above = Whole(least=0, most=MAX_ROWS, load_default=0)
    code = Text()


class SourceLate(AlertDocument):
    """No run of a source succeeded for some of its intervals."""

    above = Number(above=0, most=MAX_INTERVALS, load_default=2)  # intervals


class ImportLate(AlertDocument):
    """An import has had no new file for some times its ``late_after``."""

    above = Number(above=0, most=MAX_INTERVALS, load_default=1)  # times late_after


class OptOutLate(AlertDocument):
    """An opting out has not reached the other side."""

    above = Number(least=0, most=MONTH, load_default=900)  # seconds


class NoWorkers(AlertDocument):
    """No worker is seen."""

    above = Number(least=0, most=MONTH, load_default=60)  # seconds


RULES: Mapping[str, type[Schema]] = {
    "error_share": ErrorShare,
    "stalled": Stalled,
    "overdue": Overdue,
    "waiting_rows": WaitingRows,
    "held": AlertDocument,
    "dead_letters": DeadLetters,
    "source_late": SourceLate,
    "import_late": ImportLate,
    "opt_out_late": OptOutLate,
    "no_workers": NoWorkers,
    "store": AlertDocument,
}


def alert() -> Variant:
    """Return the field for a rule of any kind."""
    return Variant("rule", "a kind of rule", RULES, AlertDocument)
