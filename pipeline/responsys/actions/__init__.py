"""What a destination can do in Responsys."""

from collections.abc import Mapping

from pipeline.model.action import Action, Step
from pipeline.responsys.actions.audience_export import AudienceExport
from pipeline.responsys.actions.campaign_email import CampaignEmail
from pipeline.responsys.actions.custom_event import CustomEvent
from pipeline.responsys.actions.supplemental_table import SupplementalTable
from pipeline.responsys.errors import SETUP_CODES

__all__ = ["ACTIONS", "SETUP_CODES", "Action", "Step"]

ACTIONS: Mapping[str, type[Action]] = {
    action.name: action for action in (AudienceExport, CampaignEmail, CustomEvent, SupplementalTable)
}
