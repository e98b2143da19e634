"""The stream of events as a Parquet file, written by DuckDB."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from pipeline.event_files.scratch import literal, open_scratch

TEXTS = (
    "feed", "account", "riid", "email", "captured_at", "campaign_id", "launch_id", "list_id", "phone",
    "customer_id", "offer_name", "offer_category", "offer_url", "segment_info",
)  # fmt: skip


def write_parquet(events: Iterable[dict[str, Any]], target: Path) -> int:
    """Write events to ``target`` through a file of lines beside it, and return their number."""
    lines = target.with_name(f"{target.name}.jsonl")
    encode = msgspec.json.Encoder().encode
    try:
        with lines.open("wb") as file:
            lines.chmod(0o600)
            count = sum(1 for event in events if file.write(encode({"other": {}, **event}) + b"\n"))
        convert(lines, target)
    finally:
        lines.unlink(missing_ok=True)
    return count


def convert(lines: Path, target: Path) -> None:
    """Have DuckDB write the lines as Parquet."""
    types = {"id": "BIGINT", **dict.fromkeys(TEXTS, "VARCHAR")}
    types |= {"other": "MAP(VARCHAR, VARCHAR)", "file": "BIGINT", "line": "BIGINT"}
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in types.items())
    with open_scratch(target.parent) as scratch:
        scratch.execute(
            f"COPY (SELECT * FROM read_json({literal(str(lines))}, format = 'newline_delimited', "
            f"columns = {{{columns}}})) TO {literal(str(target))} (FORMAT parquet)"
        )
