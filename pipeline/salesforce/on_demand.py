"""Looks into an org, and reading its records; the modules are imported when they are needed."""

from collections.abc import Mapping
from typing import Any

from pipeline.model.field_shape import FieldShape
from pipeline.model.finding import Finding
from pipeline.model.record_reader import RecordReader
from pipeline.model.uses import Uses
from pipeline.salesforce.calls import FUNCTION


def used_field_shapes(_connector: Any, uses: Uses, client: Any) -> dict[str, FieldShape]:
    """Return the shapes of the fields of an org that are used."""
    from pipeline.salesforce.field_shapes import field_shapes

    return field_shapes(client, uses)


def preflight_org(_connector: Any, uses: Uses, client: Any) -> list[Finding]:
    """Look at an org's login, version, objects, fields and calls."""
    from pipeline.salesforce.preflight import preflight

    return preflight(client, uses)


def read_org_limits(client: Any) -> None:
    """Ask an org for the use of its calls, which its client notes."""
    from pipeline.salesforce.limits import read_limits

    read_limits(client)


def open_record_reader(*given: Any) -> RecordReader:
    """Return the reader of a source's records."""
    from pipeline.salesforce.record_reader import SalesforceRecordReader

    return SalesforceRecordReader(*given)


def calls_to_read_records(source: Any, records: int) -> Mapping[str, int]:
    """Count the calls that read records of an org."""
    from pipeline.salesforce.record_reader import calls_to_read

    return {FUNCTION: calls_to_read(source, records)} if source.kind == "salesforce" else {}
