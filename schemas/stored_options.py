"""Options of destinations that no document lacks once it was loaded, by action.

A stored document that has them all is read as it is, without the schema of its action; those of an action
that is not here are read by its schema, which takes longer.
"""

from collections.abc import Mapping

OF_ALL = frozenset("action audience connector call_types existing_members max_age max_rows".split())
STORED_OPTIONS: Mapping[str, frozenset[str]] = {
    "audience_export": OF_ALL.union(
        "columns extension_identifiers fields identifiers insert_on_no_match match_column_1 memberships "
        "memberships_table on_remove permission permission_channel update_on_match".split()
    ),
    "campaign_email": OF_ALL.union(
        "campaign dedupe email_field fields insert_on_no_match settle_within".split()
    ),
    "custom_event": OF_ALL.union(["event"]),
    "program_entry": OF_ALL.union(
        "columns event fields identifiers insert_on_no_match match_column_1 update_on_match".split()
    ),
    "salesforce_member": OF_ALL.union("campaign member_status".split()),
    "salesforce_record": OF_ALL.union("create duplicates fields only_from reach set".split()),
    "salesforce_task": OF_ALL.union(["subject"]),
    "supplemental_table": (OF_ALL - {"existing_members"}).union(
        "columns folder insert_on_no_match on_remove table update_on_match".split()
    ),
}
