"""Actions of Salesforce, by their names."""

from pipeline.model.action_table import ActionTable

ROOM = "pipeline.salesforce.actions"
ACTIONS = ActionTable(
    {
        "salesforce_record": f"{ROOM}.record:SalesforceRecord",
        "salesforce_task": f"{ROOM}.task:SalesforceTask",
        "salesforce_member": f"{ROOM}.member:SalesforceMember",
    }
)
