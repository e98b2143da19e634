"""Columns in reasons of Responsys that quote a value, for every action."""

import pytest

from pipeline.responsys.actions.audience_export import AudienceExport
from pipeline.responsys.actions.campaign_email import CampaignEmail
from pipeline.responsys.actions.custom_event import CustomEvent
from pipeline.responsys.actions.supplemental_table import SupplementalTable
from tests.responsys.actions.exports import export, row
from tests.responsys.actions.test_campaign_email import welcome
from tests.responsys.actions.test_supplemental_table import tiers

REASON = "INVALID_PARAMETER: The value 31/12 is not valid"
QUOTED = 'The value "31/12" is not valid for the field type TIMESTAMP'
COLUMNS = {"seen": "SEEN", "tier": "TIER"}


@pytest.fixture(params=["list", "fields", "table", "email", "fields of an email", "event"])
def explained(request, connector, destination):
    """Completes a reason, by each action; with it, the words that it should begin with."""
    export_of = {"columns": COLUMNS, "fields": ["seen", "tier"]}
    email_of = {"fields": ["seen", "tier"], "fields_table": "F"}
    action, at, words = {
        "list": (AudienceExport(connector, export(**export_of)), 0, "column SEEN"),
        "fields": (AudienceExport(connector, export(**export_of)), -1, "column SEEN"),
        "table": (SupplementalTable(connector, tiers(columns=COLUMNS)), 0, "column SEEN"),
        "email": (CampaignEmail(connector, welcome(fields=["seen", "tier"])), 0, "variable seen"),
        "fields of an email": (CampaignEmail(connector, welcome(**email_of)), -1, "column SEEN"),
        "event": (CustomEvent(connector, destination), 0, "property seen"),
    }[request.param]
    return lambda one, detail: action.steps([one])[at].explain(one, detail), words


@pytest.mark.parametrize("reason", [REASON, QUOTED])
def test_a_reason_that_quotes_a_value_names_its_column(explained, reason):
    explain, words = explained

    assert explain(row(1, seen="31/12", tier="gold"), reason) == f"{words}: {reason}"


@pytest.mark.parametrize("reason", [REASON, "The value gold", "31/12", ""])
def test_of_two_columns_with_that_value_none_is_named(explained, reason):
    explain, _ = explained

    assert explain(row(1, seen="31/12", tier="31/12"), reason) == reason
