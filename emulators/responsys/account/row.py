"""Rows: the columns of one member, or of one row of a table, as texts."""

from emulators.responsys.account.columns import DEFAULT_VALUES, HASH_FUNCTIONS

Row = dict[str, str | None]


def full_row(riid: int, stored_row: Row) -> Row:
    """Return the columns of one member, with the ones that Responsys fills."""
    row = DEFAULT_VALUES | stored_row | {"RIID_": str(riid)}
    email = stored_row.get("EMAIL_ADDRESS_")
    if email:
        row["EMAIL_DOMAIN_"] = email.rpartition("@")[2].strip().lower()
        row |= {column: digest(email) for column, digest in HASH_FUNCTIONS.items()}
    return row
