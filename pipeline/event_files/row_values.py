"""Values of rows: the SQL that makes an event of the cells of one record.

Digests of handles and facets are DuckDB's own ``hash``: they live no longer than a landing. The key of an
event is stored, and MD5, which no version changes.
"""

from dataclasses import dataclass

from pipeline.event_files.event_header import CAPTURED, EventHeader
from pipeline.event_files.plain_file import PlainFile
from pipeline.event_files.row_cells import Cleaning, RowCells
from pipeline.event_files.scratch import literal
from pipeline.model.event_flags import CHANNEL, FAILED, UNLINKED
from pipeline.model.feeds import NOT_LINKING, RECEIPTS, channel_of

SPACE = " \t\r\n\f\v"
SEPARATOR = "\x1f"  # between values
# Years of events are 1900 to 8999: calendars end soon before and after, and zones move times.
TIME = "[0-9]{2}-[A-Za-z]{3}-(19|[2-8][0-9])[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
TIME_FORM = "%d-%b-%Y %H:%M:%S"  # as DuckDB reads it, which takes a space for a digit
ADDRESS = r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+"
FACET = {
    "campaign": "CAMPAIGN_ID",
    "launch": "LAUNCH_ID",
    "list": "LIST_ID",
    "offer": "OFFER_NAME",
    "category": "OFFER_CATEGORY",
    "url": "OFFER_URL",
    "segment": "SEGMENT_INFO",
}
NOT_KEPT = frozenset({  # for the values of a row tell them, or they are the file's
    CAPTURED, "EVENT_STORED_DT", "EVENT_TYPE_ID", "ACCOUNT_ID", "RIID", "EMAIL", "EMAIL_ADDRESS_",
    "MOBILE_NUMBER", "CUSTOMER_ID", *FACET.values(),
})  # fmt: skip
PROBLEMS = {
    1: "its number of cells is not the header's, or its quotes do not close",
    2: f"{CAPTURED} is no time such as 05-Jan-2026 14:03:22",
    3: "RIID is no whole number below 2^64",
    4: "it has neither a RIID nor an address",
    5: "it is older than what is kept",
}


@dataclass(frozen=True)
class RowValues:
    """SQL for the rows of one file."""

    file: PlainFile
    header: EventHeader

    @property
    def other(self) -> tuple[str, ...]:
        """Names of the columns that are kept as they are."""
        return tuple(name for name in self.header.names if name not in NOT_KEPT)

    def of(self, cells: RowCells, cleaning: Cleaning) -> str:
        """Return the SQL of all rows, good and bad."""
        measures = "".join(f", {name}" for name in cells.measures)
        named = "".join(f", {sql} AS {name}" for name, sql in cells.measures.items())
        values = f"rn, {cells.whole} AS whole, {self._values(cells, cleaning)}{named}"
        return f"""
            SELECT rn, {self._problem()} AS problem, riid, email, captured,
                CAST(floor(captured / 86400) AS INTEGER) AS day, {self._key()} AS key, single,
                {self._riid_digest()} AS riid_digest, hash('email', email) AS email_digest,
                hash({", ".join(FACET)}) AS facet_digest, hash({", ".join(FACET)}, other) AS wide_digest,
                {", ".join(FACET)},
                {self._flags()} AS flags, phone, customer, other{measures}
            FROM ({self._parsed(f"SELECT {values} FROM ({cells.rows})")})"""

    def _values(self, cells: RowCells, cleaning: Cleaning) -> str:
        names = {"riid_text": "RIID", "captured_text": CAPTURED, "stored": "EVENT_STORED_DT", **FACET}
        names |= {"phone": "MOBILE_NUMBER", "customer": "CUSTOMER_ID", "status": "STATUS_CODE"}
        names |= {"uuid": "EVENT_UUID", "offer_number": "OFFER_NUMBER", "order_id": "ORDER_ID"}
        names |= {"address_1": "EMAIL", "address_2": "EMAIL_ADDRESS_"}
        values = [f"{self._value(column, cells, cleaning)} AS {name}" for name, column in names.items()]
        return ", ".join([*values, f"{self._other(cells, cleaning)} AS other"])

    def _value(self, column: str, cells: RowCells, cleaning: Cleaning) -> str:
        """Return the SQL of a column's value; NULL: it is absent."""
        place = self.header.place(column)
        if place is None:
            return "CAST(NULL AS VARCHAR)"
        return f"nullif({text_of(cells.cell(place), cleaning)}, '')"

    def _other(self, cells: RowCells, cleaning: Cleaning) -> str:
        if not self.other:
            return "CAST(NULL AS VARCHAR)"
        places = [self.header.names.index(name) + 1 for name in self.other]
        values = joined_sql(*(text_of(cells.cell(place), cleaning) for place in places))
        return f"nullif(rtrim({values}, {literal(SEPARATOR)}), '')"

    def _parsed(self, values: str) -> str:
        address = f"coalesce({address_of('address_1')}, {address_of('address_2')})"
        return f"""
            SELECT *, CASE WHEN regexp_full_match(riid_text, '[0-9]+')
                THEN TRY_CAST(riid_text AS UBIGINT) END AS riid,
                {address} AS email, {self._captured()} AS captured, uuid IS NOT NULL AS single
            FROM ({values})"""

    def _captured(self) -> str:
        form = f"try_strptime(captured_text, {literal(TIME_FORM)})"
        zone = self.file.settings.time_zone
        if channel_of(self.file.feed) != "email":
            zone = self.file.settings.sms_time_zone
        moment = form if zone == "UTC" else f"timezone({literal(zone)}, {form})"
        is_time = f"regexp_full_match(captured_text, {literal(TIME)})"
        return f"CASE WHEN {is_time} THEN CAST(epoch({moment}) AS BIGINT) END"

    def _problem(self) -> str:
        return """CASE
            WHEN NOT whole THEN 1
            WHEN captured IS NULL THEN 2
            WHEN riid IS NULL AND riid_text IS NOT NULL THEN 3
            WHEN riid IS NULL AND email IS NULL THEN 4 END"""

    def _key(self) -> str:
        place = f"{self.file.account}{SEPARATOR}{self.file.feed}{SEPARATOR}"
        parts = ["coalesce(CAST(riid AS VARCHAR), email)"]
        parts += ["campaign", "launch", "captured_text", "stored", "offer_number", "url", "order_id"]
        uuid = f"{literal(f'{place}uuid{SEPARATOR}')} || uuid"
        whole = f"CASE WHEN single THEN {uuid} ELSE {joined_sql(literal(place), *parts)} END"
        if self.header.place("EVENT_UUID") is None:
            whole = joined_sql(literal(place), *parts)
        return signed_sql(f"md5_number_lower({whole})")

    def _riid_digest(self) -> str:
        return f"CASE WHEN riid IS NOT NULL THEN hash('riid', {literal(self.file.account)}, riid) END"

    def _flags(self) -> str:
        unlinked = self.file.settings.link_by != "all" and self.file.feed in NOT_LINKING
        in_channel = channel_of(self.file.feed) in self.file.settings.channels
        flags = UNLINKED * unlinked + CHANNEL * in_channel
        if self.file.feed != RECEIPTS:
            return str(flags)
        return f"{flags} + CASE WHEN coalesce(status, '0') = '0' THEN 0 ELSE {FAILED} END"


def text_of(cell: str, cleaning: Cleaning) -> str:
    """Return the SQL of a cell's text; an absent value is NULL or empty."""
    trimmed = f"trim({cell}, {literal(SPACE)})" if cleaning.trim else cell
    return f"nullif({trimmed}, 'null')" if cleaning.nulls else trimmed


def address_of(name: str) -> str:
    """Return the SQL of the address in a value such as ``Ada <ADA@example.com>``; NULL: there is none."""
    extracted = rf"trim(regexp_extract({name}, '<([^<>]*)>\s*$', 1))"
    inner = f"CASE WHEN contains({name}, '<') THEN {extracted} ELSE {name} END"
    return f"CASE WHEN regexp_full_match({inner}, {literal(ADDRESS)}) THEN lower({inner}) END"


def joined_sql(*values: str) -> str:
    """Return the SQL of values with separators between them; NULL is as an empty text."""
    return f"concat({f', {literal(SEPARATOR)}, '.join(values)})"


def signed_sql(number: str) -> str:
    """Return the SQL that moves an unsigned number of 64 bits into the range of signed ones."""
    return f"CAST(CAST({number} AS HUGEINT) - 9223372036854775808 AS BIGINT)"
