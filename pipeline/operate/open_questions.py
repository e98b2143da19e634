"""Open questions in the status: conflicts by kind, and the fields of pairs that are held or refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text

from pipeline.model.pair import Pair
from pipeline.pairs.field_state import ASKED, FROZEN
from pipeline.pairs.pair_conflicts import KIND
from pipeline.records.catalog import Catalog
from pipeline.stores.database import reading
from pipeline.stores.pair_tables import pair_fields
from pipeline.stores.people_tables import conflicts
from pipeline.text.labels import labelled
from pipeline.text.plural import counted

Reasons = Mapping[tuple[str, str], int]  # by pair and reason


@dataclass(frozen=True)
class PairStatus:
    """One pair, and how many of its fields wait for a person or were refused."""

    pair: Pair
    asked: int = 0
    frozen: int = 0
    refused: int = 0

    @property
    def record(self) -> str:
        """Name the pair with its label."""
        return labelled(f'pair "{self.pair.name}"', self.pair.label)

    @property
    def in_words(self) -> str:
        """Count the fields; "" if there are none."""
        amounts = {"asked about": self.asked, "frozen": self.frozen, "refused": self.refused}
        return ", ".join(f"{counted(amount, 'field')} {word}" for word, amount in amounts.items() if amount)

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "name": self.pair.name,
            "mode": self.pair.mode,
            "asked": self.asked,
            "frozen": self.frozen,
            "refused": self.refused,
        }


@dataclass(frozen=True)
class OpenQuestions:
    """All of the installation."""

    conflicts: Mapping[str, int] = field(default_factory=dict)  # open ones by kind
    pairs: tuple[PairStatus, ...] = ()

    @property
    def in_words(self) -> str:
        """Count the conflicts; "" if there are none."""
        kinds = ", ".join(f"{kind} ({amount:,})" for kind, amount in sorted(self.conflicts.items()))
        amount = sum(self.conflicts.values())
        return f"{counted(amount, 'conflict is', 'conflicts are')} open: {kinds}" if kinds else ""


def read_questions(events: Callable[[], Engine | None], catalog: Catalog) -> OpenQuestions:
    """Read the open questions; where no source is read on from a mark no store is opened."""
    has_streams = any(source.is_stream for source in catalog.sources.values())
    store = events() if has_streams else None
    pairs = [pair for _, pair in sorted(catalog.pairs.items())]
    if store is None:
        return OpenQuestions(pairs=tuple(map(PairStatus, pairs)))
    with reading(store) as connection:
        by_kind = open_conflicts(connection)
        reasons = open_reasons(connection) if KIND in by_kind else {}
        refused = refused_fields(connection) if pairs else {}
    lines = [
        PairStatus(
            pair,
            reasons.get((pair.name, ASKED), 0),
            reasons.get((pair.name, FROZEN), 0),
            refused.get(pair.name, 0),
        )
        for pair in pairs
    ]
    return OpenQuestions(by_kind, tuple(lines))


def open_conflicts(connection: Connection) -> dict[str, int]:
    """Count the open conflicts by kind; an index has the open ones."""
    query = select(conflicts.c.kind, func.count()).where(conflicts.c.settled.is_(None))
    return {str(kind): amount for kind, amount in connection.execute(query.group_by(conflicts.c.kind))}


def open_reasons(connection: Connection) -> Reasons:
    """Count the open conflicts of pairs by pair and reason."""
    values = conflicts.c["values"]
    query = (
        select(values["pair"].as_string().label("pair"), values["reason"].as_string().label("reason"))
        .where(conflicts.c.settled.is_(None), conflicts.c.kind == KIND)
        .subquery()
    )
    counts = select(query.c.pair, query.c.reason, func.count()).group_by(query.c.pair, query.c.reason)
    return {(pair, reason): amount for pair, reason, amount in connection.execute(counts)}


def refused_fields(connection: Connection) -> dict[str, int]:
    """Count the refused fields of each pair, by an index of refused fields alone."""
    query = select(pair_fields.c.pair, func.count()).where(text("refused")).group_by(pair_fields.c.pair)
    return {str(pair): amount for pair, amount in connection.execute(query)}
