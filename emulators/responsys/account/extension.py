"""One profile extension table, with its rows."""

from emulators.responsys.account.row import Row
from emulators.responsys.account.seed import ExtensionSeed

EXTENSION_SYSTEM_COLUMNS = {
    "RIID_": "INTEGER",
    "CREATED_DATE_": "TIMESTAMP",
    "MODIFIED_DATE_": "TIMESTAMP",
    "CREATED_BY_LOAD_JOB_ID_": "INTEGER",
    "LAST_MOD_BY_LOAD_JOB_ID_": "INTEGER",
    "LAST_BULK_LOAD_ID_": "INTEGER",
    "EMAIL_SHA256_HASH_": "STR100",
    "EMAIL_MD5_HASH_": "STR50",
}


class ExtensionTable:
    """Columns, and a row for each member that a merge wrote to."""

    def __init__(self, seed: ExtensionSeed) -> None:
        self.name = seed.name
        self.folder = seed.folder
        self.columns = {name.upper(): kind for name, kind in seed.fields.items()}
        self.fields = EXTENSION_SYSTEM_COLUMNS | self.columns
        self.rows: dict[int, Row] = {}  # by recipient id

    def write_row(self, riid: int, changes: Row) -> None:
        """Change the columns that are named, in a new row where there is none."""
        self.rows.setdefault(riid, {}).update(changes)
