"""Looks into a Responsys account; their modules are imported when a command needs them."""

from typing import Any

from pipeline.model.field_shape import FieldShape
from pipeline.model.finding import Finding
from pipeline.model.uses import Uses


def preflight_account(connector: Any, uses: Uses, client: Any) -> list[Finding]:
    """Look in a Responsys account for the things that the configuration names."""
    from pipeline.responsys.preflight import preflight

    return preflight(connector, uses.actions, client, uses.sources)


def used_column_shapes(connector: Any, uses: Uses, client: Any) -> dict[str, FieldShape]:
    """Return the shapes of the columns that are used."""
    from pipeline.responsys.preflight.field_shapes import column_shapes

    return column_shapes(connector, uses, client)
