"""Pairs as people look at them: the values of both sides, and one side taken for all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.errors import Misconfigured
from pipeline.operate.activity import Actor, note_alone
from pipeline.pairs.comparison import Difference, SideComparison, pages_of_people
from pipeline.pairs.field_state import SideName
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.taking import SideTaking, TakeCounts
from pipeline.records.catalog import Catalog
from pipeline.runtime.stores import Stores
from pipeline.stores.database import reading
from pipeline.text.messages import unknown


def list_pairs(catalog: Catalog) -> list[dict[str, Any]]:
    """Return the pairs with their sides, sorted by name."""
    return [
        {
            "name": pair.name,
            "salesforce": list(pair.salesforce),
            "responsys": pair.responsys,
            "fields": dict(pair.fields),
            "mode": pair.mode,
        }
        for _, pair in sorted(catalog.pairs.items())
    ]


def find_pair(catalog: Catalog, name: str, field: str | None = None) -> OpenPair:
    """Return a pair; raises Misconfigured if there is none, or if it lacks a field."""
    if name not in catalog.pairs:
        raise Misconfigured(unknown("pair", name, sorted(catalog.pairs)))
    if field is not None and field not in catalog.pairs[name].fields:
        raise Misconfigured(unknown("field of the pair", field, sorted(catalog.pairs[name].fields)))
    return OpenPair(catalog.pairs[name], catalog)


@dataclass
class PairLook:
    """A look at the differences of a pair, page by page; ``people`` counts those that were compared."""

    stores: Stores
    pair: OpenPair
    fields: Sequence[str] = ()
    people: int = 0

    def differences(self) -> Iterator[Difference]:
        """Yield all differences, by person."""
        events, comparison = self.stores.events_if_any, SideComparison(self.pair, self.fields)
        if events is None:
            return
        for people in pages_of_people(events, self.pair):
            with reading(events) as connection:
                yield from list(comparison.differences(connection, people))
            self.people = comparison.people


def take_side(
    stores: Stores,
    actor: Actor,
    pair: OpenPair,
    field: str,
    side: SideName,
    run: Callable[[SideTaking], TakeCounts] | None,
) -> dict[str, int]:
    """Write one side's value of a field to the other, for all people; None for ``run``: only count."""
    taking = SideTaking(stores.events, pair, field, side)
    if run is None:
        return asdict(taking.rehearse())
    note_alone(stores.engine, actor, "pair.taken", f"pair:{pair.pair.name}", f"{field} from {side}")
    return asdict(run(taking))


def difference_document(one: Difference) -> dict[str, Any]:
    """Return a difference for people and programs."""
    return {**one._asdict(), "person": f"person:{one.person}"}
