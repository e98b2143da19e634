"""Agreement of records on circles: nothing is written to the field that it was read from.

A change would be read again, written again, and so on, where the org or a form alters the value on its way.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.records.documents import Documents
from pipeline.records.record_reading import mapping
from schemas.salesforce_fields import PEOPLE

WRITING = "salesforce_record"


def circles(after: Documents) -> Iterator[str]:
    """Yield a problem for each destination that writes fields which the source of its audience reads."""
    for name, source in after["sources"].items():
        if source.get("kind") != "salesforce" or not source.get("audience"):
            continue
        for destination, document in after["destinations"].items():
            for field in sorted(shared_fields(source, document, after)):
                place = f"{source['object']}.{field}"
                yield (
                    f"destinations.{destination}: a circle: {place} → source {name} → audience "
                    f"{source['audience']} → destination {destination} → {place}; "
                    "leave the field out of one of them"
                )


def shared_fields(source: Mapping[str, Any], destination: Mapping[str, Any], after: Documents) -> set[str]:
    """Return the fields of one org's object that a destination of the source's audience writes back."""
    writes = destination["action"] == WRITING and destination["audience"] == source["audience"]
    objects = destination.get("objects") or PEOPLE
    if not writes or destination["connector"] != source["connector"] or source["object"] not in objects:
        return set()
    read = mapping("", after["mappings"][source["mapping"]]).fields_for(source["object"])
    return {*destination.get("fields", {}).values(), *destination.get("set", {})} & set(read)
