"""Words that follow from numbers."""


def counted(amount: int, one: str, many: str = "") -> str:
    """Return "1 row" or "1,200 rows"; ``many``: the plural, if it is not ``one`` and an s."""
    return f"{amount:,} {one if amount == 1 else many or f'{one}s'}"
