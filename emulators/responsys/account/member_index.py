"""The index of a profile list: recipient ids by the value of each key column."""

from emulators.responsys.account.columns import KEY_COLUMNS, NORMALISERS

Riids = int | tuple[int, ...]  # a tuple when several members have the same value


class MemberIndex:
    """Recipient ids by column and normalised value."""

    def __init__(self) -> None:
        self.columns: dict[str, dict[str, Riids]] = {column: {} for column in KEY_COLUMNS}

    def add_member(self, column: str, value: str | None, riid: int) -> None:
        """Let a member be found by ``value``, unless it is empty."""
        if value:
            riids, key = self.columns[column], NORMALISERS[column](value)
            riids[key] = riid if key not in riids else (*as_tuple(riids[key]), riid)

    def remove_member(self, column: str, value: str | None, riid: int) -> None:
        """Let a member not be found by ``value`` any more."""
        riids, key = self.columns[column], NORMALISERS[column](value or "")
        if key in riids:
            rest = tuple(other for other in as_tuple(riids.pop(key)) if other != riid)
            if rest:
                riids[key] = rest[0] if len(rest) == 1 else rest

    def add_absent(self, column: str, riids: dict[str, int]) -> None:
        """Add recipient ids by key, but keep the ones that a key already has."""
        self.columns[column] = {**riids, **self.columns[column]}


def as_tuple(riids: Riids) -> tuple[int, ...]:
    """Return one or more recipient ids as a tuple."""
    return (riids,) if isinstance(riids, int) else riids
