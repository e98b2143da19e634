"""Actions of Responsys, by their names."""

from pipeline.model.action_table import ActionTable

ROOM = "pipeline.responsys.actions"
ACTIONS = ActionTable(
    {
        "audience_export": f"{ROOM}.audience_export:AudienceExport",
        "campaign_email": f"{ROOM}.campaign_email:CampaignEmail",
        "custom_event": f"{ROOM}.custom_event:CustomEvent",
        "program_entry": f"{ROOM}.program_entry:ProgramEntry",
        "supplemental_table": f"{ROOM}.supplemental_table:SupplementalTable",
    }
)
