"""Histories of boxes that differ at rest: edits, our writes, statements, tellings and conflicts."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from pipeline.consents.addresses import digest_of_address
from pipeline.consents.box_statements import BOX
from pipeline.stores.consent_tables import consent_statements, consent_states, consent_tells
from pipeline.stores.database import reading
from pipeline.stores.people_tables import conflicts
from pipeline.stores.stream_tables import records
from tests.chaos.both_sides.systems import Systems

EDITS = "edits.jsonl"  # in the folder of a run


def save_histories(systems: Systems, differing: Sequence[str]) -> Path:
    """Write a file with the histories of the records and addresses that lines of differences name."""
    named = " ".join(differing)
    file = Path(systems.environment.folder) / "histories.json"
    ids = {
        record["Id"]: record["Email"]
        for _, record in systems.org.people()
        if record["Id"] in named
        or digest_of_address(record["Email"]) in named
        or f"{record['Email']}:" in named
    }
    writes = systems.org.report("ledger", detail="1")["calls"]
    every = {name: history_of(systems, name, address, writes) for name, address in ids.items()}
    file.write_text(json.dumps({"left": list(differing), "boxes": every}, indent=1, default=str))
    return file


def history_of(systems: Systems, name: str, address: str, calls: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return everything that is known of one box."""
    digest = digest_of_address(address)
    edits = [json.loads(line) for line in (Path(systems.environment.folder) / EDITS).read_text().splitlines()]
    with reading(systems.stores.events) as connection:

        def rows(query: Any) -> list[dict[str, Any]]:
            return [dict(row) for row in connection.execute(query).mappings()]

        told = rows(select(consent_tells).where(consent_tells.c.address == digest))
        said = rows(select(consent_statements).where(consent_statements.c.address == digest))
        asked = [one for one in rows(select(conflicts)) if one["values"].get("address") == digest]
        return {
            "address": address,
            "edits": [one for one in edits if one["address"] == address],
            "writes": [
                {**call, "body": None, "value": values_in(call["body"], name)}
                for call in calls
                if name in (call["body"] or "") and BOX in call["body"]
            ],
            "statements": said,
            "state": rows(select(consent_states).where(consent_states.c.address == digest)),
            "told": told,
            "conflicts": asked,
            "record": rows(select(records).where(records.c.record == name)),
        }


def values_in(body: str, name: str) -> list[str]:
    """Return the parts of a body around the id of a record."""
    return [body[max(0, at - 150) : at + 150] for at in range(len(body)) if body.startswith(name, at)]
