"""Actions of Responsys, by their names."""

from collections.abc import Mapping

from pipeline.model.action import Action
from pipeline.responsys.actions.audience_export import AudienceExport
from pipeline.responsys.actions.campaign_email import CampaignEmail
from pipeline.responsys.actions.custom_event import CustomEvent
from pipeline.responsys.actions.program_entry import ProgramEntry
from pipeline.responsys.actions.supplemental_table import SupplementalTable

ACTIONS: Mapping[str, type[Action]] = {
    action.name: action
    for action in (AudienceExport, CampaignEmail, CustomEvent, ProgramEntry, SupplementalTable)
}
