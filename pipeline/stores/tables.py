"""All tables of the SQL store, for its migrations. ``migrations`` creates them and every later change."""

from pipeline.stores.alert_tables import alert_messages, alert_states
from pipeline.stores.metadata import metadata
from pipeline.stores.operator_tables import activity, api_keys, import_runs, operations
from pipeline.stores.outcome_tables import (
    batches,
    dead_letters,
    folds,
    open_letters,
    statistics,
    witness_notes,
)
from pipeline.stores.record_tables import (
    alerts,
    catalog,
    channels,
    connectors,
    consents,
    destinations,
    files,
    holds,
    imports,
    installation,
    mappings,
    pairs,
    profile_fields,
    rules,
    sources,
)
from pipeline.stores.snapshot_tables import members, snapshot_parts, snapshots, staged

__all__ = [
    "activity",
    "alert_messages",
    "alert_states",
    "alerts",
    "api_keys",
    "batches",
    "catalog",
    "channels",
    "connectors",
    "consents",
    "dead_letters",
    "destinations",
    "files",
    "folds",
    "holds",
    "import_runs",
    "imports",
    "installation",
    "mappings",
    "members",
    "metadata",
    "open_letters",
    "operations",
    "pairs",
    "profile_fields",
    "rules",
    "snapshot_parts",
    "snapshots",
    "sources",
    "staged",
    "statistics",
    "witness_notes",
]
