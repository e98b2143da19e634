"""Recipients: the handles by which events name the addresses that letters are about."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from pipeline.stores.people_tables import handles

AT_ONCE = 500  # values in one look-up

Value = TypeVar("Value")


@dataclass(frozen=True)
class Recipients:
    """SHA-256 of addresses, by the handles of the addresses and by those of their RIIDs."""

    by_address: Mapping[int, str]
    by_riid: Mapping[int, str]

    @property
    def handles(self) -> list[int]:
        """All handles."""
        return [*self.by_address, *self.by_riid]

    def of(self, event: Any, *, is_bounce: bool) -> str | None:
        """Return the recipient of an event; None: it is not one of these.

        The address decides. A bounce may name another mailbox's, for people forward mail, and a file may
        lack the column: then the RIID does.
        """
        if event.address in self.by_address:
            return self.by_address[event.address]
        return self.by_riid.get(event.handle) if event.address is None or is_bounce else None


def find_recipients(connection: Connection, account: str, addresses: Collection[str]) -> Recipients:
    """Look addresses up; the RIIDs, of an account, of a person with several addresses name none of these."""
    by_address: dict[int, str] = {}
    people: set[int] = set()
    for some in parts(list(addresses)):
        query = select(handles.c.id, handles.c.value, handles.c.person)
        named = (handles.c.kind == "email") & (handles.c.scope == "") & handles.c.value.in_(some)
        for number, value, person in connection.execute(query.where(named)):
            by_address[number] = value
            people.add(person)
    return Recipients(by_address, riids_of(connection, account, people))


def riids_of(connection: Connection, account: str, people: Collection[int]) -> dict[int, str]:
    """Return the address of each RIID's handle, for people with one address alone."""
    addresses: dict[int, list[str]] = defaultdict(list)
    riids: dict[int, int] = {}
    for some in parts(sorted(people)):
        query = select(handles.c.id, handles.c.kind, handles.c.scope, handles.c.value, handles.c.person)
        for row in connection.execute(query.where(handles.c.person.in_(some))):
            if row.kind == "email":
                addresses[row.person].append(row.value)
            elif row.kind == "riid" and row.scope == account:
                riids[row.id] = row.person
    return {riid: addresses[who][0] for riid, who in riids.items() if len(addresses[who]) == 1}


def parts(values: Sequence[Value], size: int = AT_ONCE) -> Iterator[Sequence[Value]]:
    """Yield values, some at a time."""
    return (values[start : start + size] for start in range(0, len(values), size))
